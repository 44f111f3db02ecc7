// A provider's app behind the gateway: node app.mjs
import { createServer } from "node:http";
import { createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";

const text = readFileSync(process.env.APP_SECRET_FILE, "utf8").trim();
const secret = Buffer.from(text.slice("whsec_".length), "base64");
const sign = (text, how) => createHmac("sha256", secret).update(text).digest(how);
const same = (a, b) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
const escape = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

createServer(async (request, response) => {
  if (request.url === "/freischalt/events") {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": sent } = request.headers;
    const genuine = same(`v1,${sign(`${id}.${at}.${body}`, "base64")}`, sent ?? "");
    if (genuine) console.error(`event ${id}: ${JSON.parse(body).type}`);
    return response.writeHead(genuine ? 204 : 401).end();
  }
  const [head, claims, signature] = (request.headers["freischalt-session"] ?? "..").split(".");
  const genuine = same(sign(`${head}.${claims}`, "base64url"), signature);
  const session = genuine ? JSON.parse(Buffer.from(claims, "base64url")) : { exp: 0 };
  if (session.exp < Date.now() / 1000) return response.writeHead(401).end("Please open the service in the marketplace.");
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  response.end(`<!doctype html><title>Hello</title><h1>Hello, ${escape(session.customerName)}, user ${escape(session.user)}</h1>`);
}).listen(process.env.PORT ?? 3000, "127.0.0.1");
