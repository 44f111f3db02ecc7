"""aiohttp: one loop; what waits for the API goes to a thread."""
import asyncio
import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
import core
from aiohttp import web

routes = web.RouteTableDef()


def headers(request):
    return {name.lower(): value for name, value in request.headers.items()}


async def fields(request):
    return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}


async def say(work, *arguments):
    status, sent, text = await asyncio.to_thread(work, *arguments)
    return web.Response(body=text.encode("utf-8", "replace"), status=status, headers=sent)


@routes.get("/activate")
async def activate(request):
    return await say(core.activate, request.rel_url.raw_query_string)


@routes.post("/activate/unlock")
async def unlock(request):
    return await say(core.unlock, "POST", headers(request), await fields(request))


@routes.get("/service")
async def service(request):
    return await say(core.service, request.rel_url.raw_query_string)


@routes.get("/webhook")
async def webhook(request):
    return await say(core.webhook, request.rel_url.raw_query_string)


@routes.get("/callback")
async def callback(request):
    return await say(core.callback, request.rel_url.raw_query_string)


@routes.get("/delivered")
async def delivered(_):
    return await say(core.deliveries)


@routes.post("/order")
async def order(request):
    return await say(core.order, "POST", headers(request), await fields(request))


async def nameless(_, response):
    response.headers["Server"] = "provider"


app = web.Application(client_max_size=65536)
app.add_routes(routes)
app.on_response_prepare.append(nameless)
web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), print=None, access_log=None)
