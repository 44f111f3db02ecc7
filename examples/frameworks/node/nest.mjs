// Written without decorators, so that no compiler is needed; in TypeScript: @Controller(), @Get("activate"),
// and @Req() request, @Res() response before the parameters of the method.
import "reflect-metadata";
import { randomUUID } from "node:crypto";
import { Controller, ForbiddenException, Get, Module, Req, Res } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { COOKIE, HEADERS, page, queryOf, verified } from "./marketplace.mjs";

class Activation {
  activate(request, response) {
    const given = verified(queryOf(request.originalUrl)); // not @Query(), which pipes convert
    if (!given) throw new ForbiddenException("This page opens from the marketplace only.");
    response.cookie("session", randomUUID(), COOKIE).set(HEADERS).send(page(given));
  }
}
Controller()(Activation);
const method = Object.getOwnPropertyDescriptor(Activation.prototype, "activate");
Get("activate")(Activation.prototype, "activate", method);
Req()(Activation.prototype, "activate", 0);
Res()(Activation.prototype, "activate", 1);

class App {}
Module({ controllers: [Activation] })(App);

const app = await NestFactory.create(App, { logger: false });
await app.listen(process.env.PORT, "127.0.0.1");
