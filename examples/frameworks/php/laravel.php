<?php
use Illuminate\Container\Container;
use Illuminate\Events\Dispatcher;
use Illuminate\Http\{Request, Response};
use Illuminate\Routing\Router;

require 'Illuminate/autoload.php';
require __DIR__ . '/marketplace.php';

$container = new Container();
$container->instance(Request::class, Request::capture()); // as Laravel's kernel does
$router = new Router(new Dispatcher($container), $container);

$router->get('/activate', function (Request $request): Response {
    $given = verified($request->server('QUERY_STRING', '')); // query() is trimmed by a middleware
    if ($given === null) {
        return new Response('This page opens from the marketplace only.', 403);
    }
    // Laravel 8 drops Partitioned from cookies of its own; Laravel 11 has it in config/session.php.
    header('Set-Cookie: ' . session_cookie(), false);
    return new Response(page($given), 200, HEADERS);
});

$router->dispatch($container->make(Request::class))->send();
