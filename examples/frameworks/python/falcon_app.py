import html, secrets

import falcon

from marketplace import HEADERS, verified


class Activate:
    def on_get(self, request, response):
        given = verified(request.query_string)
        if given is None:
            raise falcon.HTTPForbidden(description="This page opens from the marketplace only.")
        response.set_headers(HEADERS)
        response.set_cookie("session", secrets.token_urlsafe(), same_site="None", partitioned=True)
        response.content_type = falcon.MEDIA_HTML
        response.text = f"<!doctype html><p>Hello {html.escape(given['customerName'])}"


app = falcon.App()
app.add_route("/activate", Activate())
