import { randomUUID } from "node:crypto";
import cookie from "@fastify/cookie";
import Fastify from "fastify";
import { COOKIE, HEADERS, page, queryOf, verified } from "./marketplace.mjs";

const app = Fastify();
app.register(cookie);

app.get("/activate", (request, reply) => {
  const given = verified(queryOf(request.url)); // a schema for the query would convert numbers
  if (!given) return reply.code(403).send("This page opens from the marketplace only.");
  reply.setCookie("session", randomUUID(), COOKIE).headers(HEADERS).type("text/html").send(page(given));
});

await app.listen({ host: "127.0.0.1", port: process.env.PORT });
