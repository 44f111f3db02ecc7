<?php
// A provider's app behind the gateway: php -S 127.0.0.1:3000 app.php
$secret = base64_decode(substr(trim(file_get_contents(getenv('APP_SECRET_FILE'))), 6));
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);

if ($path === '/freischalt/events') {
    $body = file_get_contents('php://input');
    $id = $_SERVER['HTTP_WEBHOOK_ID'];
    $signed = "$id.{$_SERVER['HTTP_WEBHOOK_TIMESTAMP']}.$body";
    $right = 'v1,' . base64_encode(hash_hmac('sha256', $signed, $secret, true));
    if (!hash_equals($right, $_SERVER['HTTP_WEBHOOK_SIGNATURE'])) {
        http_response_code(401);
        exit;
    }
    error_log("event $id: " . json_decode($body, true)['type']);
    exit;
}

[$head, $claims, $signature] = explode('.', $_SERVER['HTTP_FREISCHALT_SESSION'] ?? '..');
$right = rtrim(strtr(base64_encode(hash_hmac('sha256', "$head.$claims", $secret, true)), '+/', '-_'), '=');
$session = json_decode(base64_decode(strtr($claims, '-_', '+/')), true);
if (!hash_equals($right, $signature) || $session['exp'] < time()) {
    http_response_code(401);
    exit('Please open the service in the marketplace.');
}
$user = htmlspecialchars("$session[customerName], user $session[user]");
echo "<!doctype html><title>Hello</title><h1>Hello, $user</h1>";
