"""Style: a WSGI application behind a small middleware, as the frameworks of Python are."""
import os
import sys
from http import HTTPStatus
from socketserver import ThreadingMixIn
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, WSGIServer, make_server

sys.path.insert(0, os.path.dirname(__file__))
import core


def application(environ, start_response):
    method, query = environ["REQUEST_METHOD"], environ.get("QUERY_STRING", "")
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length) if length <= 65536 else b""
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    fields = dict(core.pairs(query if method == "GET" else body.decode("utf-8", "replace")))
    status, sent, text = core.handle(method, environ["PATH_INFO"], query, headers, fields)
    start_response(f"{status} {HTTPStatus(status).phrase}", list(sent.items()))
    return [text.encode("utf-8", "replace")]


def guarded(app):
    def middleware(environ, start_response):
        try:
            return app(environ, start_response)
        except Exception:
            start_response("500 Internal Server Error", [("Content-Type", "text/plain")])
            return [b"something went wrong"]
    return middleware


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    server_version = "provider"
    sys_version = ""

    def log_message(self, *_):
        pass


ServerHandler.server_software = "provider"
make_server("127.0.0.1", int(os.environ["PORT"]), guarded(application), Server, Quiet).serve_forever()
