import { randomUUID } from "node:crypto";
import Koa from "koa";
import { COOKIE, HEADERS, page, verified } from "./marketplace.mjs";

const app = new Koa();

app.use((context) => {
  if (context.method !== "GET" || context.path !== "/activate") return;
  const given = verified(context.querystring);
  if (!given) context.throw(403, "This page opens from the marketplace only.");
  // The session's secure cookie is refused where Koa does not see TLS, as behind a proxy.
  context.cookies.secure = true;
  context.cookies.set("session", randomUUID(), COOKIE);
  context.set(HEADERS);
  context.body = page(given);
});

app.listen(process.env.PORT, "127.0.0.1");
