<?php

use Illuminate\Routing\Router;

if (isset($_SERVER['HTTP_X_GROUPED'])) {
    app(Router::class)->middleware(['cors'])->group(function (Router $router) {
        $router->get('grouped', fn () => response('ok'));
        $router->put('grouped', fn () => response('ok'));
    });
    return;
}
$methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PURGE', 'QUERY', 'X-CUSTOM'];
app(Router::class)->addRoute($methods, '{path?}', function (string $path = '') {
    if (str_ends_with("/$path", '/broken')) {
        throw new RuntimeException('broken');
    }
    $headers = ['Content-Type' => 'text/plain', 'X-Total' => '1', 'ETag' => '"e"', 'X-Ran' => 'yes'];
    if (str_ends_with("/$path", '/vary')) {
        $headers['Vary'] = 'Accept';
    }
    if (str_ends_with("/$path", '/own')) {
        $headers += json_decode($_SERVER['HTTP_X_OWN'], true);
    }
    return response('ok', 200, $headers);
})->where('path', '.*');
