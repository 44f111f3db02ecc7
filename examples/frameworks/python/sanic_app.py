import html, os, secrets

from sanic import Forbidden, Sanic
from sanic.response import html as page

from marketplace import HEADERS, verified

app = Sanic("provider")


@app.get("/activate")
async def activate(request):
    given = verified(request.query_string)
    if given is None:
        raise Forbidden("This page opens from the marketplace only.")
    response = page(f"<!doctype html><p>Hello {html.escape(given['customerName'])}", headers=HEADERS)
    # It wants the prefix __Host- with partitioned.
    response.add_cookie("session", secrets.token_urlsafe(), host_prefix=True, httponly=True,
                        samesite="None", partitioned=True)
    return response


if __name__ == "__main__":
    app.run("127.0.0.1", int(os.environ["PORT"]), single_process=True, access_log=False)
