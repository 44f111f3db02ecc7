"""Style: http.server with a handler class."""
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(0, os.path.dirname(__file__))
import core


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "provider"
    sys_version = ""

    def answer(self):
        path, _, query = self.path.partition("?")
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length <= 65536 else b""
        if length > 65536:
            self.close_connection = True
        raw = query if self.command == "GET" else body.decode("utf-8", "replace")
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, sent, text = core.handle(self.command, path, query, headers, dict(core.pairs(raw)))
        data = text.encode("utf-8", "replace")
        self.send_response(status)
        for name, value in sent.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_HEAD = do_OPTIONS = do_PROPFIND = answer

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
