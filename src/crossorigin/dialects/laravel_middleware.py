"""A Laravel middleware that implements a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossorigin.dialects import Written
from crossorigin.dialects._php import MADE, fill, write_class
from crossorigin.standard.headers import CORS_PREFIX

if TYPE_CHECKING:
    from crossorigin.ruleset import Ruleset

NAME = "laravel-middleware"
FORM = "code"


def write(ruleset: Ruleset) -> Written:
    """Write the file of the middleware."""
    inside, losses = write_class(ruleset, "the middleware")
    head = fill(_HEAD).replace("@PREFIX@", CORS_PREFIX).replace("@MADE@", MADE)
    return Written(f"{head}\n{inside}}}\n", losses)


_HEAD = r"""<?php

// CORS for a Laravel app, @MADE@.
//
// Save it as app/Http/Middleware/Cors.php, and let it stand around everything else, errors and unknown paths included:
//
// - with app/Http/Kernel.php, name it first in $middleware: \App\Http\Middleware\Cors::class,
// - without (Laravel 11 and newer), in bootstrap/app.php:
//   ->withMiddleware(fn ($middleware) => $middleware->prepend(\App\Http\Middleware\Cors::class))
//
// Take \Illuminate\Http\Middleware\HandleCors out, and do not name this in a route's middleware: a browser's preflight
// has no route. It needs PHP 8.0.

namespace App\Http\Middleware;

use Closure;
use Illuminate\Http\Request;
use Illuminate\Http\Response;
use Symfony\Component\HttpFoundation\Response as Answer;

class Cors
{
    public function handle(Request $request, Closure $next): Answer
    {
        [$status, $headers, $body] = self::judge(
            // Not getMethod(): the method that the browser sent, not one that a form says it meant.
            $request->server->get('REQUEST_METHOD', 'GET'),
            $request->getPathInfo(),
            fn (string $name) => $request->headers->get($name)
        );
        $response = $status === null
            ? $next($request)
            : new Response($body, $status, ['<CONTENT_TYPE>' => 'text/plain; charset=utf-8']);
        return $headers === null ? $response : self::send($response, $headers);
    }

    /** Put the headers on an answer, in the place of all CORS headers that something else has put there. */
    private static function send(Answer $response, array $headers): Answer
    {
        foreach ($response->headers->keys() as $name) {
            if (str_starts_with($name, '@PREFIX@')) {
                $response->headers->remove($name);
            }
        }
        foreach ($headers as $name => $value) {
            if ($name === '<VARY>' && $vary = $response->getVary()) {
                $isThere = preg_grep('~\A(?:\*|' . $value . ')\z~i', $vary);
                $value = implode(', ', $isThere ? $vary : [...$vary, $value]);
            }
            $response->headers->set($name, $value);
        }
        return $response;
    }
"""
