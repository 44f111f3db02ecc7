"""A complete provider in Python, standard library only: activation page, verification, unlock.

    PROVIDER_SECRET=... python3 provider.py

Settings are environment variables; see README.md in this folder.
"""
import base64, hashlib, hmac, html, json, os, re, secrets, threading, time, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

SECRET = os.environ["PROVIDER_SECRET"].encode()
MARKETPLACE = os.environ.get("MARKETPLACE", "http://127.0.0.1:8080")  # its pages
API = os.environ.get("API", MARKETPLACE + "/api/stable/api.php")
ADDRESS = os.environ.get("ADDRESS", "http://localhost/activate")  # as registered, without a port
STORE = os.environ.get("STORE", "customers.json")
YOUNGEST, OLDEST = -120, 300  # seconds; how old a signed URL may be when its page is opened
PAGE_LIFETIME = 3600  # seconds; how long an opened page may be used
DO = "urn:onoffice-de-ns:smart:2.5:smartml:action:do"
LOCK = threading.Lock()
USED = set()  # launches that have unlocked or are about to; a database of yours does it better
STYLE = "/smart/gui/smart/resources/css/layout/smart/themes/marketplace/marketplaceUnlockIFrame.css"

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Activation</title>
<link rel="stylesheet" href="%(marketplace)s%(style)s">
<form id="unlockForm">
<label class="api-key-label" for="secret">API key for %(customer)s</label>
<div class="api-key-input-outer" id="secretDiv">
<input class="api-key-input" id="secret" autocomplete="off" required aria-describedby="keyProblem"></div>
<button class="unlock-now-button" id="unlockButton">Activate now</button>
<p class="api-key-label" id="keyProblem" role="alert"></p></form>
<div class="unlock-load-spinner" id="spinner" role="status" aria-label="Activating" hidden></div>
<p class="active-label" id="successMessage" hidden>Active</p>
<script nonce="%(nonce)s">
const [form, field, button, problem, success, spinner] = ["unlockForm", "secret", "unlockButton",
  "keyProblem", "successMessage", "spinner"].map((id) => document.getElementById(id));
form.onsubmit = async (event) => {
  event.preventDefault();
  button.disabled = true;
  spinner.hidden = false;
  let text = "The provider does not answer.";
  try {
    const body = JSON.stringify({ query: location.search.slice(1), key: field.value });
    text = await (await fetch("/unlock", { method: "POST", body })).text();
  } catch {}
  form.hidden = text === "active";
  success.hidden = !form.hidden;
  success.style.visibility = "visible";
  problem.textContent = text;
  button.disabled = false;
  spinner.hidden = true;
  parent.postMessage(text, "%(marketplace)s");
};
</script></html>"""


def verified(query, oldest):
    """The parameters of a query that the marketplace has signed and that is young enough."""
    given = dict(parse_qsl(query, keep_blank_values=True))
    signature = given.pop("signature", "")
    # PHP's http_build_query escapes `~`, Python does not.
    canonical = urlencode(sorted(given.items())).replace("~", "%7E")
    # The vendor's samples disagree about a port: without one first, then with the one of this server.
    with_port = re.sub(r"^(https?://[^/:]+)", rf"\1:{server.server_port}", ADDRESS)
    expected = [hmac.new(SECRET, f"{address}?{canonical}".encode(), hashlib.sha256).hexdigest()
                for address in (ADDRESS, with_port)]
    if not any(hmac.compare_digest(right.encode(), signature.encode()) for right in expected):
        return None
    if not re.fullmatch(r"[0-9]{1,11}", given.get("timestamp", "")):
        return None
    return given if YOUNGEST <= time.time() - int(given["timestamp"]) <= oldest else None


def unlock(given, key):
    """Each launch unlocks once, but may be tried again after a failure."""
    if hmac.compare_digest(key.encode(), SECRET):
        return "This is the provider secret. Paste the API key that the marketplace shows."
    if not re.fullmatch(r"[A-Za-z0-9]{64}", key):
        return "An API key has 64 letters and digits."
    launch = given["parameterCacheId"]
    with LOCK:
        if launch in USED:
            return "This activation was used. Begin again in the marketplace."
        USED.add(launch)
    text = call(given, key)
    if text != "active":
        USED.discard(launch)
    return text


def call(given, key):
    """Makes the call; `active`, or what to tell the administrator."""
    now, token = int(time.time()), given["apiToken"]
    text = f"{now}{token}unlockProvider{DO}".encode()
    signature = base64.b64encode(hmac.new(key.encode(), text, hashlib.sha256).digest()).decode()
    parameters = {"parameterCacheId": given["parameterCacheId"], "extendedclaim": given["apiClaim"]}
    action = {"actionid": DO, "resourceid": "", "resourcetype": "unlockProvider", "identifier": "",
              "timestamp": now, "hmac_version": "2", "hmac": signature, "parameters": parameters}
    body = json.dumps({"token": token, "request": {"actions": [action]}}).encode()
    request = urllib.request.Request(API, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            answer = json.load(answer)
        result = answer["response"]["results"][0]
        code = result["status"]["errorcode"]
        done = answer["status"]["code"] == 200 and code == 0
        done = done and result["data"]["records"][0]["elements"]["success"] == "success"
    except (OSError, ValueError, LookupError, TypeError):
        return "The marketplace does not answer."
    if not done:
        return f"The marketplace refused the API key (error {code})."
    remember(given["customerWebId"], token, key)
    return "active"


def remember(customer, token, key):
    """Keeps the credentials; a database of yours does it better."""
    with LOCK:
        known = json.load(open(STORE)) if os.path.exists(STORE) else {}
        known[customer] = {"token": token, "key": key}
        with open(os.open(STORE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(known, file)


class Provider(BaseHTTPRequestHandler):
    server_version, sys_version = "provider", ""

    def do_GET(self):
        url = urlsplit(self.path)
        given = verified(url.query, OLDEST) if url.path == urlsplit(ADDRESS).path else None
        if given is None:
            return self.answer(403, "This page opens from the marketplace only.")
        names = {"marketplace": MARKETPLACE, "style": STYLE, "nonce": secrets.token_urlsafe(),
                 "customer": html.escape(given["customerName"])}
        self.answer(200, PAGE % names, "text/html", names["nonce"])

    def own(self):
        """Whether a request comes from the page of this provider; browsers say so."""
        host = f"//{self.headers['Host']}"
        same = self.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
        return same and self.headers.get("Origin", host).endswith(host)

    def do_POST(self):
        if not self.own():
            return self.answer(403, "This request comes from another page.")
        try:
            sent = json.loads(self.rfile.read(min(int(self.headers["Content-Length"]), 65536)))
            given, key = verified(sent["query"], PAGE_LIFETIME), sent["key"].strip()
        except (TypeError, ValueError, LookupError, AttributeError):
            return self.answer(400, "This request cannot be read.")
        self.answer(*((200, unlock(given, key)) if given and self.path == "/unlock" else (403, "Open the activation again.")))

    def answer(self, status, text, kind="text/plain", nonce="none"):
        self.send_response(status)
        self.send_header("Content-Type", kind + "; charset=utf-8")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Security-Policy", f"default-src 'none'; script-src 'nonce-{nonce}'; style-src {MARKETPLACE}; "
                         f"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {MARKETPLACE}")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        """Nothing: addresses hold a token and a claim."""


server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "3000"))), Provider)
print(f"listening on http://localhost:{server.server_port}", flush=True)
server.serve_forever()
