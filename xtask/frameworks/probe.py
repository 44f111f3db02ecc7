"""What a Python framework makes of a request: its full URL, and what its parameter object reads.

    PORT=… python probe.py NAME
"""
import json, os, sys

NAME, PORT = sys.argv[1], int(os.environ["PORT"])


def answer(url, read):
    return json.dumps({"url": url, "read": read})


def wsgi(app):
    from waitress import serve
    serve(app, host="127.0.0.1", port=PORT)


def asgi(app):
    import uvicorn
    uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="critical")


def flask():
    from flask import Flask, request
    app = Flask(__name__)
    app.before_request(lambda: answer(request.url, request.args.to_dict()))
    wsgi(app)


def django():
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.http import HttpResponse
    from django.urls import re_path
    middleware = ["security.SecurityMiddleware", "common.CommonMiddleware", "clickjacking.XFrameOptionsMiddleware"]
    settings.configure(SECRET_KEY="x", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"],
                       MIDDLEWARE=["django.middleware." + one for one in middleware])
    probe = lambda request: HttpResponse(answer(request.build_absolute_uri(), request.GET.dict()))
    globals()["urlpatterns"] = [re_path("", probe)]
    wsgi(get_wsgi_application())


def starlette():
    from starlette.applications import Starlette
    from starlette.responses import HTMLResponse
    from starlette.routing import Route
    probe = lambda request: HTMLResponse(answer(str(request.url), dict(request.query_params)))
    asgi(Starlette(routes=[Route("/{path:path}", probe)]))


def fastapi():
    from fastapi import FastAPI, Request
    from fastapi.responses import HTMLResponse
    app = FastAPI()

    @app.get("/{path:path}")
    def probe(request: Request):
        return HTMLResponse(answer(str(request.url), dict(request.query_params)))
    asgi(app)


def aiohttp():
    from aiohttp import web

    async def probe(request):
        return web.Response(text=answer(str(request.url), dict(request.query)), content_type="text/html")
    app = web.Application(handler_args={"max_line_size": 65536})
    app.add_routes([web.get("/{path:.*}", probe)])
    web.run_app(app, host="127.0.0.1", port=PORT, access_log=None, print=None)


def tornado():
    import asyncio
    from tornado.web import Application, RequestHandler

    class Probe(RequestHandler):
        def get(self):
            read = {name: self.get_argument(name) for name in self.request.arguments}
            self.finish(answer(self.request.full_url(), read))

    async def main():
        Application([(".*", Probe)], log_function=lambda handler: None).listen(PORT, "127.0.0.1")
        await asyncio.Event().wait()
    asyncio.run(main())


def falcon():
    import falcon

    def probe(request, response):
        response.content_type = falcon.MEDIA_HTML
        response.text = answer(request.url, request.params)
    app = falcon.App()
    app.req_options.keep_blank_qs_values = True
    app.add_sink(probe, "/")
    wsgi(app)


def bottle():
    from bottle import Bottle, request
    app = Bottle()
    app.get("<path:path>")(lambda path: answer(request.url, dict(request.query)))
    wsgi(app)


def sanic():
    from sanic import Sanic
    from sanic.response import html
    app = Sanic("probe")
    app.config.REQUEST_MAX_HEADER_SIZE = 8192

    @app.get("/<path:path>")
    async def probe(request, path):
        return html(answer(request.url, {name: request.args.get(name) for name in request.args}))

    @app.get("/")
    async def root(request):
        return await probe(request, "")
    app.run("127.0.0.1", PORT, single_process=True, access_log=False)


({"django6": django}.get(NAME) or globals()[NAME])()
