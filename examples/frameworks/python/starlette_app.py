import html, secrets

from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

from marketplace import COOKIE, HEADERS, verified


async def activate(request):
    given = verified(request.url.query)
    if given is None:
        return PlainTextResponse("This page opens from the marketplace only.", 403)
    page = f"<!doctype html><p>Hello {html.escape(given['customerName'])}"
    response = HTMLResponse(page, headers=HEADERS)
    response.headers.append("Set-Cookie", f"session={secrets.token_urlsafe()}; {COOKIE}")
    return response


app = Starlette(routes=[Route("/activate", activate)])
