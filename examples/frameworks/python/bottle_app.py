import html, secrets

from bottle import Bottle, HTTPError, request, response

from marketplace import COOKIE, HEADERS, verified

app = Bottle()


@app.get("/activate")
def activate():
    given = verified(request.query_string)
    if given is None:
        raise HTTPError(403, "This page opens from the marketplace only.")
    response.headers.update(HEADERS | {"Set-Cookie": f"session={secrets.token_urlsafe()}; {COOKIE}"})
    return f"<!doctype html><p>Hello {html.escape(given['customerName'])}"
