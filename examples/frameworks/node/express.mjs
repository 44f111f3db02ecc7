import { randomUUID } from "node:crypto";
import express from "express";
import { COOKIE, HEADERS, page, queryOf, verified } from "./marketplace.mjs";

const app = express();

app.get("/activate", (request, response) => {
  const given = verified(queryOf(request.originalUrl));
  if (!given) return response.status(403).send("This page opens from the marketplace only.");
  response.cookie("session", randomUUID(), COOKIE).set(HEADERS).send(page(given));
});

app.listen(process.env.PORT, "127.0.0.1");
