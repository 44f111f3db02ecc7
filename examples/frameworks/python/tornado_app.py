import asyncio, html, os, secrets

from tornado.web import Application, HTTPError, RequestHandler

from marketplace import COOKIE, HEADERS, verified


class Activate(RequestHandler):
    def get(self):
        given = verified(self.request.query)  # get_argument() removes blanks at either end
        if given is None:
            raise HTTPError(403, "This page opens from the marketplace only.")
        for name, value in HEADERS.items():
            self.set_header(name, value)
        self.add_header("Set-Cookie", f"session={secrets.token_urlsafe()}; {COOKIE}")
        self.finish(f"<!doctype html><p>Hello {html.escape(given['customerName'])}")


app = Application([("/activate", Activate)], log_function=lambda handler: None)


async def main():
    app.listen(int(os.environ["PORT"]), "127.0.0.1")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
