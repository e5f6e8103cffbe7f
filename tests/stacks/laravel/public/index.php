<?php

// What composer and Laravel's installer make is not there: Debian's framework is on the include path.
error_reporting(E_ALL & ~E_DEPRECATED);
require_once 'Illuminate/autoload.php';
require_once '/usr/share/php/Illuminate/Foundation/helpers.php';
spl_autoload_register(function (string $class) {
    $folders = ['App\\' => dirname(__DIR__) . '/app/', 'Illuminate\\Foundation\\' => '/usr/share/php/Illuminate/Foundation/'];
    foreach ($folders as $namespace => $folder) {
        $file = $folder . str_replace('\\', '/', substr($class, strlen($namespace))) . '.php';
        if (str_starts_with($class, $namespace) && is_file($file)) {
            require_once $file;
        }
    }
});
// The server of php -S knows some methods only, in upper case; any other comes under another name.
$_SERVER['REQUEST_METHOD'] = $_SERVER['HTTP_X_METHOD'] ?? $_SERVER['REQUEST_METHOD'];
// The test chooses the middleware, which is required as it was written, or the settings of the stand-in for php-cors.
$written = require_once dirname(__DIR__) . '/written/' . (int) $_SERVER['HTTP_X_NUMBER'] . '.php';
if (is_array($written)) {
    App\Http\PhpCors::$settings = $written;
    class_alias(App\Http\PhpCors::class, App\Http\Middleware\Cors::class);
}
$app = require dirname(__DIR__) . '/bootstrap/app.php';
$kernel = $app->make(Illuminate\Contracts\Http\Kernel::class);
$response = $kernel->handle($request = Illuminate\Http\Request::capture())->send();
$kernel->terminate($request, $response);
