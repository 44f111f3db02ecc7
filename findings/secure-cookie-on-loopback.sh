#!/bin/sh
# A Secure cookie on http://127.0.0.1, kept by the clients that tests of a provider use.
#
# Guess: all clients agree; browsers alone treat the loopback address as secure.
# Seen:  curl and tough-cookie 6.1.0 send it, as browsers do; requests 2.34.2, httpx 0.28.1 and aiohttp 3.14.5 keep it back.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install --quiet --disable-pip-version-check requests==2.34.2 httpx==0.28.1 aiohttp==3.14.5
(cd "$folder" && npm install --silent --no-audit --no-fund --ignore-scripts tough-cookie@6.1.0)
cat > "$folder/clients.py" <<'PYTHON'
import asyncio, http.server, subprocess, sys, threading
import aiohttp, httpx, requests

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = (self.headers.get("Cookie") or "none").encode()
        self.send_response(200)
        self.send_header("Set-Cookie", "session=1; Path=/; Secure; HttpOnly; SameSite=None; Partitioned")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/"
for name, client in (("requests", requests.Session()), ("httpx", httpx.Client(trust_env=False))):
    if name == "requests":
        client.trust_env = False
    client.get(url)
    print(name, client.get(url).text)

async def with_aiohttp():
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        await session.get(url)
        async with session.get(url) as answer:
            print("aiohttp", await answer.text())

asyncio.run(with_aiohttp())
jar = sys.argv[1]
curl = ["curl", "--silent", "--noproxy", "*", "--cookie-jar", jar, "--cookie", jar, url]
subprocess.run(curl, capture_output=True)
print("curl", subprocess.run(curl, capture_output=True, text=True).stdout)
PYTHON
cat > "$folder/jar.mjs" <<'JS'
import { CookieJar } from "tough-cookie";
const [jar, url] = [new CookieJar(), "http://127.0.0.1:3000/"];
jar.setCookieSync("session=1; Path=/; Secure; HttpOnly; SameSite=None; Partitioned", url);
console.log("tough-cookie", jar.getCookieStringSync(url) || "none");
JS
seen=$("$folder/python/bin/python" "$folder/clients.py" "$folder/jar"; node "$folder/jar.mjs")
expected="requests none
httpx none
aiohttp none
curl session=1
tough-cookie session=1"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "changed; it was:"; echo "$expected"; exit 1; }
