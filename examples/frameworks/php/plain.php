<?php
require __DIR__ . '/marketplace.php';

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$given = $path === '/activate' ? verified($_SERVER['QUERY_STRING'] ?? '') : null;
if ($given === null) {
    http_response_code(403);
    exit('This page opens from the marketplace only.');
}
foreach (HEADERS as $name => $value) {
    header("$name: $value");
}
header('Set-Cookie: ' . session_cookie());
echo page($given);
