<?php
// Style: a front controller with request and response objects, and a pipeline of middleware.
require __DIR__ . '/core.php';

final class Request
{
    public function __construct(public readonly string $method, public readonly string $path, public readonly string $query, public readonly array $headers, public readonly array $fields) {}

    public static function capture(): self
    {
        parse_str(file_get_contents('php://input'), $body);
        $method = $_SERVER['REQUEST_METHOD'];
        parse_str($_SERVER['QUERY_STRING'] ?? '', $query);
        $multipart = str_starts_with($_SERVER['CONTENT_TYPE'] ?? '', 'multipart/');
        $fields = $method === 'GET' ? $query : ($multipart ? $_POST : $body);
        return new self($method, explode('?', $_SERVER['REQUEST_URI'], 2)[0], $_SERVER['QUERY_STRING'] ?? '', array_change_key_case(getallheaders()), $fields);
    }
}

final class Response
{
    public function __construct(public int $status, public array $headers, public string $body) {}

    public function send(): void
    {
        header_remove('X-Powered-By');
        http_response_code($this->status);
        array_walk($this->headers, fn ($value, $name) => header("$name: $value"));
        echo $this->body;
    }
}

$kernel = fn (Request $r) => new Response(...handle($r->method, $r->path, $r->query, $r->headers, $r->fields));
$guard = fn (callable $next) => function (Request $r) use ($next): Response {
    try {
        return $next($r);
    } catch (Throwable) {
        return new Response(500, [], 'something went wrong');
    }
};
$guard($kernel)(Request::capture())->send();
