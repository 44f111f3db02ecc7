//! The frameworks, and how each is served.

/// How a framework is installed and started.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A module with `app`, behind waitress.
    Wsgi,
    /// A module with `app`, behind uvicorn.
    Asgi,
    /// A Python program that listens by itself.
    Python,
    /// Django: its application is made from its settings.
    Django,
    Node,
    Next,
    Php,
    /// PHP with WordPress' own functions around it, without its database.
    WordPress,
    /// A configuration of Rack, behind Puma.
    Rack,
    /// A servlet of `jakarta`, with Tomcat.
    Tomcat,
    /// A servlet of `javax`, with Jetty.
    Jetty,
    Rust,
}

pub(super) struct Framework {
    /// What `--only` takes, and the name for the probe.
    pub(super) name: &'static str,
    /// As people call it.
    pub(super) title: &'static str,
    pub(super) kind: Kind,
    /// In `examples/frameworks`.
    pub(super) file: &'static str,
    /// Where its version comes from: a line of requirements, a dependency of npm or cargo, or a package
    /// of Debian.
    pub(super) package: &'static str,
    /// Where its raw query is. Has to be in the file.
    pub(super) raw_query: &'static str,
}

const fn framework(
    (name, title): (&'static str, &'static str),
    kind: Kind,
    file: &'static str,
    package: &'static str,
    raw_query: &'static str,
) -> Framework {
    Framework { name, title, kind, file, package, raw_query }
}

use Kind::{Asgi, Django, Jetty, Next, Node, Php, Python, Rack, Rust, Tomcat, WordPress, Wsgi};

pub(super) const FRAMEWORKS: &[Framework] = &[
    framework(
        ("aiohttp", "aiohttp"),
        Python,
        "python/aiohttp_app.py",
        "aiohttp",
        "request.rel_url.raw_query_string",
    ),
    framework(("bottle", "Bottle"), Wsgi, "python/bottle_app.py", "bottle", "request.query_string"),
    framework(
        ("django", "Django 5"),
        Django,
        "python/django_app.py",
        "django",
        "request.META[\"QUERY_STRING\"]",
    ),
    framework(
        ("django6", "Django 6"),
        Django,
        "python/django_app.py",
        "django",
        "request.META[\"QUERY_STRING\"]",
    ),
    framework(("falcon", "Falcon"), Wsgi, "python/falcon_app.py", "falcon", "request.query_string"),
    framework(
        ("fastapi", "FastAPI"),
        Asgi,
        "python/fastapi_app.py",
        "fastapi",
        "request.url.query",
    ),
    framework(
        ("flask", "Flask"),
        Wsgi,
        "python/flask_app.py",
        "flask",
        "request.query_string.decode(",
    ),
    framework(("sanic", "Sanic"), Python, "python/sanic_app.py", "sanic", "request.query_string"),
    framework(
        ("starlette", "Starlette"),
        Asgi,
        "python/starlette_app.py",
        "starlette",
        "request.url.query",
    ),
    framework(
        ("tornado", "Tornado"),
        Python,
        "python/tornado_app.py",
        "tornado",
        "self.request.query",
    ),
    framework(
        ("express4", "Express 4"),
        Node,
        "node/express.mjs",
        "express4",
        "queryOf(request.originalUrl)",
    ),
    framework(
        ("express", "Express 5"),
        Node,
        "node/express.mjs",
        "express",
        "queryOf(request.originalUrl)",
    ),
    framework(("fastify", "Fastify"), Node, "node/fastify.mjs", "fastify", "queryOf(request.url)"),
    framework(("h3", "h3"), Node, "node/h3.mjs", "h3", "queryOf(event.path)"),
    framework(
        ("hapi", "hapi"),
        Node,
        "node/hapi.mjs",
        "@hapi/hapi",
        "queryOf(request.raw.req.url)",
    ),
    framework(("hono", "Hono"), Node, "node/hono.mjs", "hono", "queryOf(context.req.url)"),
    framework(("koa", "Koa"), Node, "node/koa.mjs", "koa", "context.querystring"),
    framework(
        ("nest", "NestJS"),
        Node,
        "node/nest.mjs",
        "@nestjs/core",
        "queryOf(request.originalUrl)",
    ),
    framework(
        ("next", "Next"),
        Next,
        "node/next/app/activate/route.js",
        "next",
        "request.nextUrl.search",
    ),
    framework(("plain", "PHP"), Php, "php/plain.php", "php8.2-cli", "$_SERVER['QUERY_STRING']"),
    framework(
        ("laravel", "Laravel"),
        Php,
        "php/laravel.php",
        "php-laravel-framework",
        "$request->server('QUERY_STRING'",
    ),
    framework(("slim", "Slim"), Php, "php/slim.php", "php-slim", "$request->getUri()->getQuery()"),
    framework(
        ("symfony", "Symfony"),
        Php,
        "php/symfony.php",
        "php-symfony-http-foundation",
        "$request->server->get('QUERY_STRING'",
    ),
    framework(
        ("wordpress", "WordPress"),
        WordPress,
        "php/wordpress.php",
        "wordpress",
        "wp_unslash($_SERVER['QUERY_STRING']",
    ),
    framework(("rack", "Rack"), Rack, "ruby/rack.ru", "ruby-rack", "env[\"QUERY_STRING\"]"),
    framework(("rails", "Rails"), Rack, "ruby/rails.ru", "ruby-rails", "request.query_string"),
    framework(
        ("sinatra", "Sinatra"),
        Rack,
        "ruby/sinatra.ru",
        "ruby-sinatra",
        "request.query_string",
    ),
    framework(
        ("jetty", "Jetty"),
        Jetty,
        "java/JettyApp.java",
        "libjetty9-java",
        "request.getQueryString()",
    ),
    framework(
        ("spring", "Spring MVC"),
        Jetty,
        "java/SpringApp.java",
        "libspring-web-java",
        "request.getQueryString()",
    ),
    framework(
        ("tomcat", "Tomcat"),
        Tomcat,
        "java/TomcatApp.java",
        "libtomcat10-java",
        "request.getQueryString()",
    ),
    framework(
        ("actix", "actix-web"),
        Rust,
        "rust/src/bin/actix.rs",
        "actix-web",
        "request.query_string()",
    ),
    framework(("axum", "axum"), Rust, "rust/src/bin/axum.rs", "axum", "RawQuery(query)"),
    framework(("poem", "poem"), Rust, "rust/src/bin/poem.rs", "poem", "request.uri().query()"),
    framework(("rocket", "Rocket"), Rust, "rust/src/bin/rocket.rs", "rocket", "target.query()"),
    framework(("salvo", "salvo"), Rust, "rust/src/bin/salvo.rs", "salvo", "request.uri().query()"),
];
