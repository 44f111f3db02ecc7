"""FastAPI, behind uvicorn. Its functions run in threads of their own."""
import os
import sys
from typing import Annotated

sys.path.insert(0, os.path.dirname(__file__))
import core
import uvicorn
from fastapi import FastAPI, Form, Request, Response

app = FastAPI(openapi_url=None)
Text = Annotated[str, Form()]


def query(request):
    return request.scope["query_string"].decode("utf-8", "replace")


def say(answer):
    status, sent, text = answer
    return Response(text.encode("utf-8", "replace"), status, headers=sent)


@app.get("/activate")
def activate(request: Request):
    return say(core.activate(query(request)))


@app.post("/activate/unlock")
def unlock(request: Request, launch: Text = "", secret: Text = ""):
    return say(core.unlock("POST", dict(request.headers), {"launch": launch, "secret": secret}))


@app.get("/service")
def service(request: Request):
    return say(core.service(query(request)))


@app.get("/webhook")
def webhook(request: Request):
    return say(core.webhook(query(request)))


@app.get("/callback")
def callback(request: Request):
    return say(core.callback(query(request)))


@app.get("/delivered")
def delivered():
    return say(core.deliveries())


@app.post("/order")
def order(request: Request, launch: Text = "", product: Text = "", quantity: Text = ""):
    fields = {"launch": launch, "product": product, "quantity": quantity}
    return say(core.order("POST", dict(request.headers), fields))


uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="critical", server_header=False)
