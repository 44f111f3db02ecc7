"""What the Python providers of this folder share: settings, and the signature over a raw query."""
import hashlib, hmac, os, re, time
from urllib.parse import parse_qsl, urlencode, urlsplit

SECRET = os.environ["PROVIDER_SECRET"].encode()
ADDRESS = os.environ["ADDRESS"]  # the registered activation URL, without its query
MARKETPLACE = os.environ["MARKETPLACE"]  # scheme, host and port of its pages; several with spaces between
YOUNGEST, OLDEST = -120, 300  # seconds; how old a signed URL may be

# What a cookie needs in a frame of another site.
COOKIE = "Path=/; Secure; HttpOnly; SameSite=None; Partitioned"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"default-src 'none'; frame-ancestors {MARKETPLACE}",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def verified(query):
    """The parameters of a raw query that the marketplace has signed lately; otherwise None."""
    given = dict(parse_qsl(query, keep_blank_values=True))  # of duplicates the last one
    signature = given.pop("signature", "").encode()
    # PHP's http_build_query escapes `~`, Python does not.
    canonical = urlencode(sorted(given.items())).replace("~", "%7E")
    # Newer versions of the marketplace sign the port, older ones leave it out.
    parts = urlsplit(ADDRESS)
    readings = {ADDRESS, f"{parts.scheme}://{parts.hostname}{parts.path}"}
    texts = [f"{address}?{canonical}".encode() for address in readings]
    expected = [hmac.new(SECRET, text, hashlib.sha256).hexdigest().encode() for text in texts]
    if not any(hmac.compare_digest(one, signature) for one in expected):
        return None
    if not re.fullmatch(r"[0-9]{1,11}", given.get("timestamp", "")):
        return None
    return given if YOUNGEST <= time.time() - int(given["timestamp"]) <= OLDEST else None
