import html, os, secrets

from django.conf import settings
from django.http import HttpResponse, HttpResponseForbidden
from django.urls import path
from django.views.decorators.clickjacking import xframe_options_exempt

from marketplace import COOKIE, HEADERS, verified

settings.configure(  # in your settings.py
    SECRET_KEY=os.environ.get("SESSION_KEY") or secrets.token_hex(), ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"],
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware",
                "django.middleware.clickjacking.XFrameOptionsMiddleware"])


@xframe_options_exempt  # otherwise the middleware sends X-Frame-Options: DENY
def activate(request):
    given = verified(request.META["QUERY_STRING"])
    if given is None:
        return HttpResponseForbidden("This page opens from the marketplace only.")
    page = f"<!doctype html><p>Hello {html.escape(given['customerName'])}"
    response = HttpResponse(page, headers=HEADERS)
    # set_cookie() knows no Partitioned.
    response.headers["Set-Cookie"] = f"session={secrets.token_urlsafe()}; {COOKIE}"
    return response


urlpatterns = [path("activate", activate)]
