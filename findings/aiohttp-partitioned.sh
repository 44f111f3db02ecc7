#!/bin/sh
# aiohttp's set_cookie(partitioned=True), on a Python before 3.14.
#
# Guess: the argument is there, so the cookie says Partitioned.
# Seen:  aiohttp 3.14.5: the answer is 500. The attribute is Python's own http.cookies, which knows it from 3.14 on.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install --quiet --disable-pip-version-check aiohttp==3.14.5
seen=$("$folder/python/bin/python" - <<'PYTHON'
import asyncio, inspect, sys
from aiohttp import ClientSession, web

async def page(request):
    response = web.Response(text="page")
    response.set_cookie("session", "1", secure=True, samesite="None", partitioned=True)
    return response

async def main():
    app = web.Application()
    app.add_routes([web.get("/", page)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    async with ClientSession() as session, session.get(f"http://127.0.0.1:{port}/") as answer:
        old = sys.version_info < (3, 14)
        print("has the argument:", "partitioned" in inspect.signature(web.Response.set_cookie).parameters)
        print("as expected of this Python:", answer.status == (500 if old else 200))
    await runner.cleanup()

import logging
logging.disable()
asyncio.run(main())
PYTHON
)
expected="has the argument: True
as expected of this Python: True"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "changed; it was:"; echo "$expected"; exit 1; }
