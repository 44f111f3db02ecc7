import html, secrets

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse

from marketplace import COOKIE, HEADERS, verified

app = FastAPI()


@app.get("/activate")
def activate(request: Request) -> HTMLResponse:  # no declared parameters: those are converted
    given = verified(request.url.query)
    if given is None:
        raise HTTPException(403, "This page opens from the marketplace only.")
    page = f"<!doctype html><p>Hello {html.escape(given['customerName'])}"
    response = HTMLResponse(page, headers=HEADERS)
    response.headers.append("Set-Cookie", f"session={secrets.token_urlsafe()}; {COOKIE}")
    return response
