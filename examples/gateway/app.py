"""A provider's app behind the gateway: python3 app.py"""
import base64, hashlib, hmac, html, json, os, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
SECRET = base64.b64decode(open(os.environ["APP_SECRET_FILE"]).read().strip()[6:])
sign = lambda text: hmac.new(SECRET, text.encode(), hashlib.sha256).digest()

class App(BaseHTTPRequestHandler):
    def do_POST(self):  # events
        id, at, body = self.headers["Webhook-Id"], self.headers["Webhook-Timestamp"], self.rfile.read(int(self.headers["Content-Length"])).decode()
        right = "v1," + base64.b64encode(sign(f"{id}.{at}.{body}")).decode()
        genuine = hmac.compare_digest(right, self.headers["Webhook-Signature"] or "")
        print("event", json.loads(body)["type"] if genuine else "forged", file=sys.stderr)
        self.answer(204 if genuine else 401)

    def do_GET(self):
        head, claims, signature = (self.headers["Freischalt-Session"] or "..").split(".")
        right = base64.urlsafe_b64encode(sign(f"{head}.{claims}")).rstrip(b"=").decode()
        genuine = hmac.compare_digest(right, signature)
        session = json.loads(base64.urlsafe_b64decode(claims + "==")) if genuine else {"exp": 0}
        if session["exp"] < time.time(): return self.answer(401, "Please open the service in the marketplace.")
        name = html.escape(f"{session['customerName']}, user {session['user']}")
        self.answer(200, f"<!doctype html><title>Hello</title><h1>Hello, {name}</h1>")

    def answer(self, status, text=""):
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(text.encode())

ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", 3000))), App).serve_forever()
