import html, os, secrets

from flask import Flask, abort, request, session

from marketplace import HEADERS, verified

app = Flask(__name__)
app.config.update(
    SECRET_KEY=os.environ.get("SESSION_KEY") or secrets.token_hex(),
    SESSION_COOKIE_SECURE=True, SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_PARTITIONED=True)


@app.get("/activate")
def activate():
    given = verified(request.query_string.decode("ascii", "replace"))  # bytes
    if given is None:
        abort(403, "This page opens from the marketplace only.")
    session["launch"] = given["parameterCacheId"]
    return f"<!doctype html><p>Hello {html.escape(given['customerName'])}", HEADERS
