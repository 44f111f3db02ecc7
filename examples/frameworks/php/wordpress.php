<?php
/*
 * Plugin Name: Marketplace activation
 */
require_once __DIR__ . '/marketplace.php';

add_action('parse_request', function (): void {
    if (parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) !== '/activate') {
        return;
    }
    // WordPress has put backslashes before quotes, in $_SERVER as well.
    $given = verified(wp_unslash($_SERVER['QUERY_STRING'] ?? ''));
    if ($given === null) {
        status_header(403);
        exit('This page opens from the marketplace only.');
    }
    foreach (HEADERS as $name => $value) {
        header("$name: $value");
    }
    header('Set-Cookie: ' . session_cookie());
    exit(page($given));
});
