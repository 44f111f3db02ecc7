import { randomUUID } from "node:crypto";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { setCookie } from "hono/cookie";
import { COOKIE, HEADERS, page, queryOf, verified } from "./marketplace.mjs";

const app = new Hono();

app.get("/activate", (context) => {
  const given = verified(queryOf(context.req.url));
  if (!given) return context.text("This page opens from the marketplace only.", 403);
  setCookie(context, "session", randomUUID(), COOKIE);
  return context.html(page(given), 200, HEADERS);
});

serve({ fetch: app.fetch, hostname: "127.0.0.1", port: Number(process.env.PORT) });
