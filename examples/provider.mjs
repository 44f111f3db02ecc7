// A complete provider in Node 18 or later, without packages: activation page, verification, unlock.
//
//     PROVIDER_SECRET=... node provider.mjs
//
// Settings are environment variables; see README.md in this folder.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";

const SECRET = process.env.PROVIDER_SECRET;
const MARKETPLACE = process.env.MARKETPLACE ?? "http://127.0.0.1:8080"; // its pages
const API = process.env.API ?? `${MARKETPLACE}/api/stable/api.php`;
const ADDRESS = process.env.ADDRESS ?? "http://localhost/activate"; // as registered, without a port
const STORE = process.env.STORE ?? "customers.json";
const [YOUNGEST, OLDEST] = [-120, 300]; // seconds; how old a signed URL may be when its page is opened
const PAGE_LIFETIME = 3600; // seconds; how long an opened page may be used
const DO = "urn:onoffice-de-ns:smart:2.5:smartml:action:do";
const STYLE = "/smart/gui/smart/resources/css/layout/smart/themes/marketplace/marketplaceUnlockIFrame.css";
const used = new Set(); // launches that have unlocked or are about to; a database of yours does it better
if (!SECRET) throw new Error("PROVIDER_SECRET is missing");

const escape = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
const page = (customer, nonce) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Activation</title>
<link rel="stylesheet" href="${MARKETPLACE}${STYLE}">
<form id="unlockForm">
<label class="api-key-label" for="secret">API key for ${escape(customer)}</label>
<div class="api-key-input-outer" id="secretDiv">
<input class="api-key-input" id="secret" autocomplete="off" required aria-describedby="keyProblem"></div>
<button class="unlock-now-button" id="unlockButton">Activate now</button>
<p class="api-key-label" id="keyProblem" role="alert"></p></form>
<div class="unlock-load-spinner" id="spinner" role="status" aria-label="Activating" hidden></div>
<p class="active-label" id="successMessage" hidden>Active</p>
<script nonce="${nonce}">
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
  parent.postMessage(text, "${MARKETPLACE}");
};
</script></html>`;

/** The parameters of a query that the marketplace has signed and that is young enough. */
function verified(query, oldest) {
  const given = Object.fromEntries(new URLSearchParams(query)); // of duplicates the last one
  const { signature = "", ...signed } = given;
  const sorted = Object.entries(signed).sort(([a], [b]) => (a < b ? -1 : 1));
  // PHP's http_build_query escapes `*`, URLSearchParams does not.
  const canonical = new URLSearchParams(sorted).toString().replaceAll("*", "%2A");
  // The vendor's samples disagree about a port: without one first, then with the one of this server.
  const withPort = ADDRESS.replace(/^https?:\/\/[^/:]+/, (origin) => `${origin}:${server.address().port}`);
  const sent = Buffer.from(signature);
  const isRight = (address) => {
    const expected = Buffer.from(createHmac("sha256", SECRET).update(`${address}?${canonical}`).digest("hex"));
    return sent.length === expected.length && timingSafeEqual(sent, expected);
  };
  if (![ADDRESS, withPort].some(isRight)) return null;
  if (!/^\d{1,11}$/.test(signed.timestamp ?? "")) return null;
  const age = Date.now() / 1000 - Number(signed.timestamp);
  return YOUNGEST <= age && age <= oldest ? signed : null;
}

/** Each launch unlocks once, but may be tried again after a failure. */
async function unlock(given, key) {
  if (key === SECRET) return "This is the provider secret. Paste the API key that the marketplace shows.";
  if (!/^[A-Za-z0-9]{64}$/.test(key)) return "An API key has 64 letters and digits.";
  const id = given.parameterCacheId;
  if (used.has(id)) return "This activation was used. Begin again in the marketplace.";
  used.add(id);
  const text = await call(given, key);
  if (text !== "active") used.delete(id);
  return text;
}

/** Makes the call; `active`, or what to tell the administrator. */
async function call(given, key) {
  const [timestamp, token] = [Math.floor(Date.now() / 1000), given.apiToken];
  const hmac = createHmac("sha256", key).update(`${timestamp}${token}unlockProvider${DO}`).digest("base64");
  const parameters = { parameterCacheId: given.parameterCacheId, extendedclaim: given.apiClaim };
  const action = { actionid: DO, resourceid: "", resourcetype: "unlockProvider", identifier: "",
    timestamp, hmac_version: "2", hmac, parameters };
  let answer, result;
  try {
    const body = JSON.stringify({ token, request: { actions: [action] } });
    const headers = { "Content-Type": "application/json" };
    const signal = AbortSignal.timeout(15000);
    answer = await (await fetch(API, { method: "POST", headers, body, signal, redirect: "error" })).json();
    result = answer.response.results[0];
  } catch {
    return "The marketplace does not answer.";
  }
  const done = result?.data?.records?.[0]?.elements?.success === "success";
  if (answer.status?.code !== 200 || result?.status?.errorcode !== 0 || !done) {
    return `The marketplace refused the API key (error ${result?.status?.errorcode}).`;
  }
  remember(given.customerWebId, token, key);
  return "active";
}

/** Keeps the credentials; a database of yours does it better. */
function remember(customer, token, key) {
  const known = existsSync(STORE) ? JSON.parse(readFileSync(STORE, "utf8")) : {};
  writeFileSync(STORE, JSON.stringify({ ...known, [customer]: { token, key } }), { mode: 0o600 });
}

/** Whether a request comes from the page of this provider; browsers say so. */
function own({ headers }) {
  const site = headers["sec-fetch-site"] ?? "same-origin";
  return site === "same-origin" && (headers.origin ?? `//${headers.host}`).endsWith(`//${headers.host}`);
}

async function body(request) {
  let text = "";
  for await (const chunk of request) if ((text += chunk).length > 65536) throw new Error("too long");
  return JSON.parse(text);
}

function answer(response, status, text, kind = "text/plain", nonce = "none") {
  response.writeHead(status, {
    "Content-Type": `${kind}; charset=utf-8`,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${MARKETPLACE}; ` +
      `connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors ${MARKETPLACE}`,
  });
  response.end(text);
}

const server = createServer(async (request, response) => {
  const [path] = request.url.split("?", 1);
  const query = request.url.slice(path.length + 1);
  if (request.method === "POST" && path === "/unlock") {
    if (!own(request)) return answer(response, 403, "This request comes from another page.");
    const sent = await body(request).catch(() => null);
    if (typeof sent?.query !== "string" || typeof sent.key !== "string") return answer(response, 400, "This request cannot be read.");
    const given = verified(sent.query, PAGE_LIFETIME);
    return given ? answer(response, 200, await unlock(given, sent.key.trim())) : answer(response, 403, "Open the activation again.");
  }
  const given = path === new URL(ADDRESS).pathname ? verified(query, OLDEST) : null;
  if (!given) return answer(response, 403, "This page opens from the marketplace only.");
  const nonce = randomBytes(18).toString("base64");
  answer(response, 200, page(given.customerName, nonce), "text/html", nonce);
});
server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () =>
  console.log(`listening on http://localhost:${server.address().port}`));
