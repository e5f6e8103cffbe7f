<?php

// The server of php -S knows some methods only, in upper case; any other comes under another name.
$_SERVER['REQUEST_METHOD'] = $_SERVER['HTTP_X_METHOD'] ?? $_SERVER['REQUEST_METHOD'];
// The test chooses the file, which is required as it was written.
require __DIR__ . '/written/' . (int) $_SERVER['HTTP_X_NUMBER'] . '.php';

$path = strtok($_SERVER['REQUEST_URI'], '?');
if (str_ends_with($path, '/broken')) {
    throw new RuntimeException('broken');
}
header('Content-Type: text/plain');
header('X-Total: 1');
header('ETag: "e"');
header('X-Ran: yes');
if (str_ends_with($path, '/vary')) {
    header('Vary: Accept');
}
if (str_ends_with($path, '/own')) {
    foreach (json_decode($_SERVER['HTTP_X_OWN'], true) as $name => $value) {
        header("$name: $value");
    }
}
echo 'ok';
