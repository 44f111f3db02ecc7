import { randomUUID } from "node:crypto";
import Hapi from "@hapi/hapi";
import { HEADERS, page, queryOf, verified } from "./marketplace.mjs";

const server = Hapi.server({ host: "127.0.0.1", port: process.env.PORT });
server.state("session", {
  path: "/", isSecure: true, isHttpOnly: true, isSameSite: "None", isPartitioned: true,
});

server.route({
  method: "GET",
  path: "/activate",
  handler(request, h) {
    const given = verified(queryOf(request.raw.req.url));
    if (!given) return h.response("This page opens from the marketplace only.").code(403);
    const response = h.response(page(given)).state("session", randomUUID());
    for (const [name, value] of Object.entries(HEADERS)) response.header(name, value);
    return response;
  },
});

await server.start();
