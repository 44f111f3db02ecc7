<?php
// What a PHP framework makes of a request: its full URL, and what its parameter object reads.
// The environment variable PROBE names the framework.
declare(strict_types=1);

function answer(string $url, array $read): string
{
    return json_encode(['url' => $url, 'read' => $read], JSON_INVALID_UTF8_SUBSTITUTE | JSON_FORCE_OBJECT);
}

switch (getenv('PROBE')) {
    case 'plain':
        echo answer('http://' . $_SERVER['HTTP_HOST'] . $_SERVER['REQUEST_URI'], $_GET);
        break;
    case 'symfony':
        require 'Symfony/Component/HttpFoundation/autoload.php';
        $request = Symfony\Component\HttpFoundation\Request::createFromGlobals();
        $body = answer($request->getUri(), $request->query->all());
        (new Symfony\Component\HttpFoundation\Response($body))->send();
        break;
    case 'laravel':
        require 'Illuminate/autoload.php';
        $request = Illuminate\Http\Request::capture();
        foreach (['TrimStrings', 'ConvertEmptyStringsToNull'] as $middleware) { // of every new application
            $class = "Illuminate\\Foundation\\Http\\Middleware\\$middleware";
            (new $class())->handle($request, fn ($request) => null);
        }
        (new Illuminate\Http\Response(answer($request->fullUrl(), $request->query())))->send();
        break;
    case 'slim':
        require 'Slim/autoload.php';
        $app = new Slim\App();
        $app->get('/{path:.*}', fn ($request, $response) => $response->write(
            answer((string) $request->getUri(), $request->getQueryParams())));
        $app->run();
        break;
    case 'wordpress':
        define('ABSPATH', '/usr/share/wordpress/');
        define('WPINC', 'wp-includes');
        require ABSPATH . WPINC . '/load.php';
        require ABSPATH . WPINC . '/functions.php';
        require ABSPATH . WPINC . '/formatting.php';
        wp_magic_quotes();
        echo answer('http://' . $_SERVER['HTTP_HOST'] . $_SERVER['REQUEST_URI'], $_GET);
        break;
}
