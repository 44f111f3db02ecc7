import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { createApp, createError, createRouter, defineEventHandler, setCookie, setHeaders, toNodeListener } from "h3";
import { COOKIE, HEADERS, page, queryOf, verified } from "./marketplace.mjs";

const router = createRouter();

router.get("/activate", defineEventHandler((event) => {
  const given = verified(queryOf(event.path));
  if (!given) throw createError({ statusCode: 403, statusMessage: "This page opens from the marketplace only." });
  setCookie(event, "session", randomUUID(), COOKIE);
  setHeaders(event, HEADERS);
  return page(given);
}));

const app = createApp().use(router);
createServer(toNodeListener(app)).listen(process.env.PORT, "127.0.0.1");
