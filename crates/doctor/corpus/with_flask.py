"""Flask, behind waitress."""
import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
import core
import waitress
from flask import Flask, Response, request

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 65536


def query():
    return request.query_string.decode("utf-8", "replace")


def headers():
    return {name.lower(): value for name, value in request.headers.items()}


def say(answer):
    status, sent, text = answer
    response = Response(text.encode("utf-8", "replace"), status)
    for name, value in sent.items():
        response.headers[name] = value
    return response


@app.get("/activate")
def activate():
    return say(core.activate(query()))


@app.post("/activate/unlock")
def unlock():
    return say(core.unlock("POST", headers(), request.form.to_dict()))


@app.get("/service")
def service():
    return say(core.service(query()))


@app.get("/webhook")
def webhook():
    return say(core.webhook(query()))


@app.get("/callback")
def callback():
    return say(core.callback(query()))


@app.get("/delivered")
def delivered():
    return say(core.deliveries())


@app.post("/order")
def order():
    return say(core.order("POST", headers(), request.form.to_dict()))


waitress.serve(app, host="127.0.0.1", port=int(os.environ["PORT"]), threads=8, ident=None)
