<?php
// Style: one script, superglobals.
require __DIR__ . '/core.php';
header_remove('X-Powered-By');
$headers = array_change_key_case(getallheaders());
$method = $_SERVER['REQUEST_METHOD'];
[$status, $sent, $body] = handle($method, strtok($_SERVER['REQUEST_URI'], '?'), $_SERVER['QUERY_STRING'] ?? '', $headers, $method === 'GET' ? $_GET : $_POST);
http_response_code($status);
foreach ($sent as $name => $value) {
    header("$name: $value");
}
echo $body;
