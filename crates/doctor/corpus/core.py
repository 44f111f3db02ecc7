"""A provider in Python, standard library only. Right by default; the environment variable MISTAKES
names the mistakes that it makes on purpose, so that the doctor can be examined."""
import hashlib
import hmac as hmac_module
import html
import json
import os
import re
import threading
import time
import traceback
import urllib.error
import urllib.request
from base64 import b64encode
from urllib.parse import parse_qsl, quote, quote_plus, unquote

MISTAKES = os.environ.get("MISTAKES", "").split(",")
SECRET = os.environ["SECRET"]
API = os.environ["API"]
MARKETPLACE = "https://marketplace.example"
URN = "urn:onoffice-de-ns:smart:2.5:smartml:action:"
DOCUMENTED = ["apiClaim", "apiToken", "customerName", "customerWebId", "parameterCacheId", "timestamp", "userId", "status", "transactionid", "referenceid", "theme", "memo", "UserLanguage", "imageIds"]
NEEDED = ["customerWebId", "userId", "apiToken", "parameterCacheId", "apiClaim"]
lock = threading.Lock()
used = set()
customers = {}
delivered = []


def bad(mistake):
    return mistake in MISTAKES


def hmac(key, text, digest="sha256"):
    return hmac_module.new(key.encode(), text.encode(), digest).hexdigest()


def same(left, right):
    return hmac_module.compare_digest(left.encode(), right.encode())


def pairs(query):
    return parse_qsl(query, keep_blank_values=True, errors="surrogateescape")


def encode(text):
    raw = text.encode("utf-8", "surrogateescape")
    if bad("component_encode"):
        return quote(raw, safe="~!*'()")
    written = quote_plus(raw, safe="").replace("~", "%7E")
    return written.replace("%2A", "*") if bad("star_literal") else written


def canonical(path, params):
    names = [name for name in params if params[name] != "" or not bad("drops_empty")]
    if not bad("no_sort"):
        names.sort(key=str.lower if bad("caseless_sort") else None)
    return f"http://127.0.0.1{path}?" + "&".join(f"{encode(name)}={encode(params[name])}" for name in names)


def with_port(text):
    return text.replace("http://127.0.0.1", f"http://127.0.0.1:{os.environ['PORT']}", 1)


def expected(path, params):
    return hmac(SECRET, canonical(path, params))


def verify(path, query, kind, aged=True):
    """The verified parameters, or a sentence that says why there are none."""
    params, late, early = {}, None, None
    for name, value in pairs(query):
        if name in params and name == "apiToken" and bad("reads_last_unsigned"):
            late = value
            continue
        if name in params and name == "apiToken" and bad("first_wins_token"):
            early = params[name]
        elif name in params or "[" in name:
            return "refused"
        params[name] = read(value)
    given = params.pop("signature", None)
    trusting = bad("no_signature") or bad(f"{kind}_no_signature")
    if not trusting and not genuine(path, query, params, given):
        return "expected " + expected(path, params) if bad("leak_expected") else "refused"
    if late or early:
        params["apiToken"] = late or early
    if aged and not bad("no_age") and not bad(f"{kind}_no_age") and not young(params.get("timestamp")):
        return "refused"
    return params


def read(value):
    """A value as a framework hands it over."""
    if bad("trims"):
        value = value.strip()
    if bad("magic_quotes"):
        value = re.sub(r"([\\'\"])", r"\\\1", value)
    if bad("sanitizes"):
        value = re.sub(r"%[0-9a-f]{2}", "", re.sub(r" +", " ", value), flags=re.I)
    if bad("html_values"):
        value = html.escape(value)
    if bad("latin1"):
        value = value.encode("utf-8", "surrogateescape").decode("latin-1")
    return value


def genuine(path, query, params, given):
    if given is None:
        return bad("missing_ok")
    if given == "":
        return bad("empty_ok")
    given = given.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if bad("raw_query"):
        pieces = sorted(piece for piece in query.split("&") if not piece.startswith("signature="))
        return same(hmac(SECRET, f"http://127.0.0.1{path}?" + "&".join(pieces)), given)
    text, right = canonical(path, params), expected(path, params)
    if same(right, given) and not bad("port_only"):
        return True
    if same(hmac(SECRET, with_port(text)), given) and not bad("port_dropped"):
        return True
    if bad("prefix_compare") and len(given) >= 16 and right.startswith(given):
        return True
    if bad("case_insensitive") and right == given.lower():
        return True
    if bad("empty_secret_ok") and hmac("", text) == given:
        return True
    if bad("plain_hash_ok") and hashlib.sha256(text.encode()).hexdigest() == given:
        return True
    if bad("unsigned_extra") and expected(path, {name: params[name] for name in params if name in DOCUMENTED}) == given:
        return True
    if bad("timestamp_unsigned"):
        yesterday = int(time.time()) - 86400
        return any(expected(path, {**params, "timestamp": str(yesterday + drift)}) == given for drift in range(-3, 4))
    return False


def young(text):
    if text is None:
        return bad("timestamp_optional")
    if not re.fullmatch(r"[0-9]{1,11}", text):
        number = re.match(r"[0-9]+", text)
        if not (bad("timestamp_lenient") and number):
            return bad("nonnumeric_ok")
        text = number.group()
    age = int(time.time()) - int(text)
    return age <= (172800 if bad("day_age") else 300) and (age >= -120 or bad("no_future"))


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, request, fp, code, msg, headers, newurl):
        if not bad("follows_redirect"):
            return None
        return urllib.request.Request(newurl, data=request.data, headers=dict(request.headers), method="POST")

    def http_error_307(self, request, fp, code, msg, headers):
        return self.http_error_302(request, fp, code, msg, headers)


opener = urllib.request.build_opener(NoRedirect, urllib.request.ProxyHandler({}))


def call(token, key, verb, kind, parameters):
    """Calls the API: its text, and the decoded answer or None."""
    now = int(time.time() * (1000 if bad("ms_timestamp") else 1))
    digest = hmac_module.new(key.encode("utf-8", "replace"), f"{now}{token}{kind}{URN}{verb}".encode(), "sha256")
    action = {
        "actionid": URN + verb, "resourceid": "", "resourcetype": kind, "identifier": "", "timestamp": now, "hmac_version": "2",
        "hmac": digest.hexdigest() if bad("hex_hmac") else b64encode(digest.digest()).decode(), "parameters": parameters,
    }
    if bad("key_in_body"):
        action["secret"] = key
    body = json.dumps({"token": token, "request": {"actions": [action]}}).encode()
    request = urllib.request.Request(API, data=body, headers={"Content-Type": "application/json"})
    try:
        with opener.open(request, timeout=10) as response:
            text = response.read(1 << 20).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        text = error.read(1 << 20).decode("utf-8", "replace")
    except OSError:
        return "", None
    try:
        answer = json.loads(text)
    except ValueError:
        return text, None
    return text, answer if isinstance(answer, dict) else None


def dig(value, *keys):
    for key in keys:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def succeeded(called, element):
    text, answer = called
    if bad("active_always"):
        return True
    if bad("text_search"):
        return '"errorcode":0' in text
    if bad("outer_only"):
        return dig(answer, "status", "errorcode") == 0
    if bad("no_error_is_success"):
        return not dig(answer, "status", "errorcode")
    result = dig(answer, "response", "results", 0)
    return (dig(answer, "status", "errorcode") == 0 and dig(result, "status", "errorcode") == 0
            and dig(result, "data", "records", 0, "elements", element) == "success")


def page_headers():
    headers = {"Content-Type": "text/html; charset=utf-8"}
    if not bad("no_frame_ancestors"):
        headers["Content-Security-Policy"] = f"default-src 'self' 'unsafe-inline'; frame-ancestors {'*' if bad('frame_star') else MARKETPLACE}"
    if bad("xfo_deny"):
        headers["X-Frame-Options"] = "DENY"
    if not bad("cacheable"):
        headers["Cache-Control"] = "no-store"
    if not bad("referrer"):
        headers["Referrer-Policy"] = "no-referrer"
    if not bad("no_nosniff"):
        headers["X-Content-Type-Options"] = "nosniff"
    if bad("cookie"):
        headers["Set-Cookie"] = "sid=1"
    if bad("version"):
        headers["X-Powered-By"] = "Provider/1.2.3"
    headers.update(json.loads(os.environ.get("PAGE_HEADERS") or "{}"))
    return {name: value for name, value in headers.items() if value}


def refusal(why, query=""):
    text = "The signature is not correct."
    if why.startswith("expected "):
        text += " " + why
    if bad("leak_secret"):
        text += " secret=" + SECRET
    if bad("stack_trace"):
        try:
            raise ValueError("refused")
        except ValueError:
            text += "\n" + traceback.format_exc()
    if bad("xss_refused"):
        text += " ".join(value for _, value in pairs(query))
    return 200 if bad("refuse_200") else 403, page_headers(), f"<!doctype html><p>{text}</p>"


def activate(query):
    params = verify("/activate", query, "activation")
    if isinstance(params, str):
        return refusal(params, query)
    if any(name not in params for name in NEEDED):
        return (500, {}, "internal error") if bad("crash_missing") else refusal("refused")
    if bad("down"):
        return 503, {}, "down"
    name = params.get("customerName", "")
    name = name if bad("xss_genuine") else html.escape(name)
    hidden = f'<input type="hidden" name="launch" value="{html.escape(query)}">'
    if bad("trusts_fields"):
        for field, origin in (("token", "apiToken"), ("parameterCacheId", "parameterCacheId"), ("extendedClaim", "apiClaim"), ("customerWebId", "customerWebId"), ("userId", "userId")):
            hidden += f'<input type="hidden" name="{field}" value="{html.escape(params[origin])}">'
    headers = page_headers()
    if bad("session_lax") or bad("session_partitioned"):
        hidden = ""
        headers["Set-Cookie"] = f"launch={quote(query, safe='')}; Path=/; HttpOnly; Secure; " + (
            "SameSite=Lax" if bad("session_lax") else "SameSite=None; Partitioned")
    more = '<img src="http://images.example/logo.png" alt="">' if bad("mixed") else ""
    more += f'<meta http-equiv="Content-Security-Policy" content="frame-ancestors {MARKETPLACE}">' if bad("frame_meta") else ""
    more += f"<!-- {SECRET} -->" if bad("secret_in_page") else ""
    more += '<script src="https://cdn.example/x.js"></script>' if bad("foreign_script") else ""
    listen = "window.onmessage = (e) => { document.title = e.data; };" if bad("message_any") else ""
    return 200, headers, f"""<!doctype html><html lang="en"><title>Activate</title><h1>Activate the provider for {name}</h1>{more}
<form action="/activate/unlock" method="{'get' if bad('form_get') else 'post'}">{hidden}<div id="secretDiv" class="api-key-input-outer">
<label class="api-key-label" for="secret">API key</label><input type="text" id="secret" name="secret" class="api-key-input"{'' if bad('autocomplete') else ' autocomplete="off"'}></div>
<button id="unlockButton" class="unlock-now-button">Activate now</button></form>
<label id="successMessage" class="active-label" hidden>active</label><div id="spinner" class="unlock-load-spinner" hidden></div>
<script>{listen}document.querySelector('form').onsubmit = async (e) => {{ e.preventDefault();
const r = await fetch('/activate/unlock', {{ method: 'POST', body: new URLSearchParams(new FormData(e.target)) }});
window.parent.postMessage(await r.text(), "{'*' if bad('post_star') else MARKETPLACE}"); }};</script></html>"""


def launch(headers, fields):
    if not bad("session_lax") and not bad("session_partitioned"):
        return fields.get("launch", "")
    cookie = re.search(r"(?:^|; )launch=([^;]*)", headers.get("cookie", ""))
    return unquote(cookie.group(1)) if cookie else ""


def unlock(method, headers, fields):
    plain = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if bad("cors"):
        plain["Access-Control-Allow-Origin"] = "*"
    overridden = bad("method_override") and headers.get("x-http-method-override") == "POST"
    if method != "POST" and not bad("get_unlock") and not overridden:
        return 405, plain, "post only"
    origin = headers.get("origin")
    if origin and origin != f"http://{headers.get('host')}" and not bad("no_origin"):
        return 403, plain, "wrong origin"
    if bad("trusts_fields") and fields.get("token"):
        params = {"apiToken": fields["token"], "parameterCacheId": fields.get("parameterCacheId", ""), "apiClaim": fields.get("extendedClaim", ""),
                  "customerWebId": fields.get("customerWebId", ""), "userId": fields.get("userId", "")}
    else:
        params = verify("/activate", launch(headers, fields), "activation", not bad("old_launch"))
        if isinstance(params, str) or any(name not in params for name in NEEDED):
            return 403, plain, "not a genuine launch"
        if bad("extra_token") and fields.get("token"):
            params["apiToken"] = fields["token"]
    typed = fields.get("secret", "")
    key = typed if bad("no_trim") else typed.strip()
    if not re.fullmatch(r"[A-Za-z0-9]{64}", key) and not (bad("any_key") and key) and not (bad("no_trim") and len(key.strip()) == 64):
        return 422, plain, "the API key has 64 characters"
    cache = params["parameterCacheId"]
    with lock:
        if cache in used and not bad("not_once"):
            return 409, plain, "this activation was used"
        used.add(cache)
    parameters = {"parameterCacheId": "x" + cache if bad("wrong_cache") else cache, "isRegularCustomer": 0}
    if not bad("no_claim"):
        parameters["extendedclaim"] = params["apiClaim"]
    if not succeeded(call(params["apiToken"], key, "do", "unlockProvider", parameters), "success"):
        with lock:
            used.discard(cache)
        return 502, plain, "the activation failed" + (f" with {key}" if bad("echo_key") else "")
    name = params["userId" if bad("shared_by_user") else "customerWebId"]
    with lock:
        if not (bad("old_credentials") and name in customers):
            customers[name] = (params["apiToken"], key, params["apiClaim"])
    return 200, plain, "ok" if bad("says_ok") else "active"


def service(query):
    params = verify("/service", query, "service")
    if isinstance(params, str):
        return refusal(params)
    known = customers.get(params.get("userId" if bad("shared_by_user") else "customerWebId"))
    if not known:
        return 403, page_headers(), "<!doctype html><p>Please activate the provider first.</p>"
    token, key, first = known
    claim = first if bad("activation_claim") else params.get("apiClaim", "")
    _, answer = call(token, key, "read", "user", {"data": ["Name"], "extendedclaim": claim})
    if dig(answer, "status", "errorcode") != 0:
        return 500 if bad("service_crash") else 503, page_headers(), "<!doctype html><p>The marketplace does not answer, or blocked this provider.</p>"
    return 200, page_headers(), "<!doctype html><h1>Welcome to the floor plan service</h1><p>Choose a floor plan to begin.</p>"


def callback(query):
    params = verify("/callback", query, "callback")
    if isinstance(params, str):
        return refusal(params)
    paid = params.get("status") in ("success", "inprocess") or bad("callback_any_status")
    if paid and (params.get("transactionid") not in delivered or bad("delivers_again")):
        delivered.append(params.get("transactionid"))
    text = "Thank you, your order is being delivered to you." if paid else "Payment failed or was cancelled; nothing happens."
    return 200, page_headers(), f"<!doctype html><h1>{text}</h1>"


def order(method, headers, fields):
    kind = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    params = verify("/service", fields.get("launch", ""), "order")
    if bad("order_unlaunched") and isinstance(params, str):
        params = dict(pairs(fields.get("launch", "")))
    if method != "POST" or isinstance(params, str):
        return 403, kind, '{"error":"not a genuine launch"}'
    cents = {"1": 3870}.get(fields.get("product"))
    quantity = fields.get("quantity", "")
    if not cents or (not re.fullmatch(r"[1-9][0-9]?", quantity) and not bad("order_quantity")):
        return 422, kind, '{"error":"no such article or quantity"}'
    if bad("order_price") and "price" in fields:
        cents = round(100 * float(fields["price"]))
    pieces = max(1, int(re.match(r"-?[0-9]+", quantity).group()))
    members = {
        "callbackurl": fields["callbackurl"] if bad("order_callback") and "callbackurl" in fields else "http://127.0.0.1/callback",
        "parametercacheid": fields.get("parametercacheid", "none") if bad("order_cache") else params["parameterCacheId"],
        "products": [{"circleofusers": "customer", "name": "Floor plan (2D)", "price": amount(cents), "quantity": quantity}],
        "timestamp": int(time.time()) - (3600 if bad("order_old") else 0),
        "totalprice": amount(cents * pieces + (100 if bad("order_total") else 0)),
    }
    write = quote_plus if bad("order_rfc1738") else lambda text: quote(text, safe="")
    text = "&".join(f"{write(name)}={write(str(value))}" for name, value in leaves("", members))
    return 200, kind, json.dumps({**members, "signature": hmac(SECRET, text)})


def amount(cents):
    return cents / 100 if bad("order_numbers") else f"{cents // 100}.{cents % 100:02d}"


def leaves(name, value):
    if isinstance(value, (dict, list)):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in items:
            yield from leaves(f"{name}[{key}]" if name else key, inner)
    else:
        yield name, value


def webhook(query):
    return (403, {}, "") if isinstance(verify("/webhook", query, "webhook"), str) else (204, {}, "")


def deliveries():
    return 200, {}, f"{len(delivered)} deliveries"


def handle(method, path, query, headers, fields):
    """One request: method, path, query, headers in small letters, body fields."""
    if path == "/activate" and bad("slash"):
        return 308, {"Location": f"/activate/?{query}"}, ""
    routes = {
        "/activate/": lambda: activate(query) if bad("slash") else (404, {}, "not found"),
        "/activate": lambda: activate(query) if method == "GET" else (405, page_headers(), "get only"),
        "/activate/unlock": lambda: unlock(method, headers, fields),
        "/service": lambda: service(query),
        "/webhook": lambda: webhook(query),
        "/callback": lambda: callback(query),
        "/delivered": deliveries,
        "/order": lambda: order(method, headers, fields),
    }
    return routes.get(path, lambda: (404, {}, "not found"))()
