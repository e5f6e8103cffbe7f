"""A plain PHP file that implements a policy for every script that requires it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossorigin.dialects import Written
from crossorigin.dialects._php import MADE, fill, write_class
from crossorigin.standard.headers import CORS_PREFIX

if TYPE_CHECKING:
    from crossorigin.ruleset import Ruleset

NAME = "php"
FORM = "code"


def write(ruleset: Ruleset) -> Written:
    """Write the file."""
    inside, losses = write_class(ruleset, "the script")
    head = fill(_HEAD).replace("@PREFIX@", CORS_PREFIX).replace("@MADE@", MADE)
    return Written(f"{head}\n{inside}{_END}", losses)


_HEAD = r"""<?php

// CORS for plain PHP, @MADE@.
//
// It must come first:
//
// - in a script: require __DIR__ . '/cors.php';
// - for all scripts, in php.ini or .user.ini: auto_prepend_file = /path/to/cors.php
// - in the router of php -S. Files that the router leaves to the server (return false) are sent without it.
//
// It answers preflights itself, and ends the script there. To other answers it adds its headers when they are sent, in
// the place of all CORS headers that the script has set: so do not call header_register_callback() again. PHP 8.0.

(new class {
    public function run(): void
    {
        if (!isset($_SERVER['REQUEST_METHOD'])) {
            return; // This is no request: the script runs on the command line.
        }
        // "path?query" as the browser sent it, or, for a proxy, with the server's name before it.
        $path = preg_replace('~\A[a-z][a-z0-9+.-]*://[^/?#]*|[?#].*~is', '', $_SERVER['REQUEST_URI'] ?? '/');
        [$status, $headers, $body] = self::judge(
            $_SERVER['REQUEST_METHOD'],
            $path === '' ? '/' : $path,
            fn (string $name) => $_SERVER['HTTP_' . strtoupper(strtr($name, '-', '_'))] ?? null
        );
        if ($headers !== null) {
            header_register_callback(fn () => self::send($headers));
        }
        if ($status !== null) {
            http_response_code($status);
            header('<CONTENT_TYPE>: text/plain; charset=utf-8');
            echo $body;
            exit;
        }
    }

    /** Put the headers on the answer that is about to be sent. */
    private static function send(array $headers): void
    {
        $vary = [];
        foreach (headers_list() as $line) {
            [$name, $value] = explode(':', $line, 2);
            if (strcasecmp($name, '<VARY>') === 0) {
                $vary = [...$vary, ...preg_split('~[\s,]+~', $value, -1, PREG_SPLIT_NO_EMPTY)];
            } elseif (str_starts_with(strtolower($name), '@PREFIX@')) {
                header_remove($name);
            }
        }
        foreach ($headers as $name => $value) {
            if ($name === '<VARY>' && $vary) {
                $isThere = preg_grep('~\A(?:\*|' . $value . ')\z~i', $vary);
                $value = implode(', ', $isThere ? $vary : [...$vary, $value]);
            }
            header("$name: $value");
        }
    }
"""

_END = "})->run();\n"
