import html, os, secrets

from aiohttp import web

from marketplace import COOKIE, HEADERS, verified


async def activate(request):
    given = verified(request.rel_url.raw_query_string)  # not query_string, which is half decoded
    if given is None:
        raise web.HTTPForbidden(text="This page opens from the marketplace only.")
    page = f"<!doctype html><p>Hello {html.escape(given['customerName'])}"
    response = web.Response(text=page, content_type="text/html", headers=HEADERS)
    # set_cookie(…, partitioned=True) needs Python 3.14.
    response.headers.add("Set-Cookie", f"session={secrets.token_urlsafe()}; {COOKIE}")
    return response


app = web.Application()
app.add_routes([web.get("/activate", activate)])
if __name__ == "__main__":
    web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None)
