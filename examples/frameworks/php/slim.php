<?php
require 'Slim/autoload.php';
require __DIR__ . '/marketplace.php';

$app = new Slim\App();

$app->get('/activate', function ($request, $response) {
    $given = verified($request->getUri()->getQuery());
    if ($given === null) {
        $response->getBody()->write('This page opens from the marketplace only.');
        return $response->withStatus(403);
    }
    foreach (HEADERS as $name => $value) {
        $response = $response->withHeader($name, $value);
    }
    $response->getBody()->write(page($given));
    return $response->withHeader('Set-Cookie', session_cookie());
});

$app->run();
