// The call in Node: verifies signature, claim and entry, and unlocks with a commit on disk.
// Statements are prepared once: server.mjs DATABASE PORT

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import Database from "libsql";

const [database, port] = process.argv.slice(2);
const db = new Database(database);
db.pragma("synchronous = FULL");
db.pragma("wal_autocheckpoint = 4000");
const select = db.prepare("SELECT * FROM activations WHERE token = ?");
const update = db.prepare(`UPDATE activations SET stage = 'active', activated_at = ?,
    is_regular_customer = ? WHERE token = ?`);
const insert = db.prepare("INSERT INTO audit (token, at, event) VALUES (?, ?, ?)");
const ACTION = "urn:onoffice-de-ns:smart:2.5:smartml:action:do";

const equal = (a, b) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

const unlock = db.transaction((token, action) => {
  const run = select.get(token);
  if (run === undefined) return 22;
  const now = Math.floor(Date.now() / 1000);
  const text = `${action.timestamp}${token}${action.resourcetype}${action.actionid}`;
  const hmac = createHmac("sha256", run.api_key).update(text).digest("base64");
  if (!equal(hmac, action.hmac) || Math.abs(now - action.timestamp) > 3600) return 137;
  const { extendedclaim, parameterCacheId, isRegularCustomer } = action.parameters;
  if (!equal(run.claim, extendedclaim)) return 193;
  if (run.cache_id !== parameterCacheId || action.actionid !== ACTION) return 24;
  if (run.stage === "pending") {
    update.run(now, isRegularCustomer, token);
    insert.run(token, now, "unlocked");
  }
  return 0;
}).immediate;

const answer = (action, code) => ({
  actionid: action.actionid,
  resourceid: action.resourceid,
  resourcetype: action.resourcetype,
  identifier: action.identifier,
  cacheable: false,
  data: {
    meta: { cntabsolute: null },
    records: code === 0 ? [{ id: 0, type: "", elements: { success: "success" } }] : [],
  },
  status: { errorcode: code, message: code === 0 ? "OK" : "error" },
});

createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const { token, request: { actions } } = JSON.parse(Buffer.concat(chunks));
    const results = actions.map((action) => answer(action, unlock(token, action)));
    const status = { code: 200, errorcode: 0, message: "OK" };
    const body = JSON.stringify({ status, response: { results } });
    const length = Buffer.byteLength(body);
    response.writeHead(200, {
      "Content-Type": "application/json; charset=utf-8",
      "Content-Length": length,
    });
    response.end(body);
  });
}).listen(Number(port), "127.0.0.1");
