<?php
use Symfony\Component\HttpFoundation\{Request, Response};

require 'Symfony/Component/HttpFoundation/autoload.php';
require __DIR__ . '/marketplace.php';

function activate(Request $request): Response
{
    $given = verified($request->server->get('QUERY_STRING', '')); // getQueryString() is rewritten
    if ($given === null) {
        return new Response('This page opens from the marketplace only.', 403);
    }
    // Symfony 5.4 drops Partitioned from cookies of its own; from 6.4 on they have withPartitioned().
    header('Set-Cookie: ' . session_cookie(), false);
    return new Response(page($given), 200, HEADERS);
}

$request = Request::createFromGlobals();
activate($request)->prepare($request)->send();
