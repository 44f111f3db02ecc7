// What a Node framework makes of a request: its full URL, and what its parameter object reads.
//
//     PORT=… node probe.mjs NAME
import { createServer } from "node:http";

const [name, port] = [process.argv[2], Number(process.env.PORT)];
const host = "127.0.0.1";
const answer = (url, read) => JSON.stringify({ url, read });

const express = async (module) => {
  const app = (await import(module)).default();
  app.use((q, r) => r.type("html").send(answer(`${q.protocol}://${q.get("host")}${q.originalUrl}`, q.query)));
  app.listen(port, host);
};

const frameworks = {
  express: () => express("express"),
  express4: () => express("express4"),

  async fastify() {
    const app = (await import("fastify")).default();
    app.setNotFoundHandler((q, r) =>
      r.type("text/html").code(200).send(answer(`${q.protocol}://${q.host}${q.url}`, q.query)));
    await app.listen({ host, port });
  },

  async koa() {
    const app = new (await import("koa")).default();
    app.use((c) => (c.body = answer(c.href, c.query)));
    app.listen(port, host);
  },

  async hono() {
    const [{ Hono }, { serve }] = await Promise.all([import("hono"), import("@hono/node-server")]);
    const app = new Hono();
    app.all("*", (c) => c.html(answer(c.req.url, c.req.query())));
    serve({ fetch: app.fetch, hostname: host, port });
  },

  async h3() {
    const h3 = await import("h3");
    const probe = (event) => answer(h3.getRequestURL(event).href, h3.getQuery(event));
    createServer(h3.toNodeListener(h3.createApp().use(h3.defineEventHandler(probe)))).listen(port, host);
  },

  async hapi() {
    const server = (await import("@hapi/hapi")).default.server({ host, port });
    const handler = (q, h) => h.response(answer(q.url.href, q.query)).type("text/html");
    server.route({ method: "GET", path: "/{path*}", handler });
    await server.start();
  },

  async nest() {
    await import("reflect-metadata");
    const [{ All, Controller, Module, Req }, { NestFactory }] =
      await Promise.all([import("@nestjs/common"), import("@nestjs/core")]);
    class Probe {
      probe(q) {
        return answer(`${q.protocol}://${q.get("host")}${q.originalUrl}`, q.query);
      }
    }
    Controller()(Probe);
    All("*path")(Probe.prototype, "probe", Object.getOwnPropertyDescriptor(Probe.prototype, "probe"));
    Req()(Probe.prototype, "probe", 0);
    class App {}
    Module({ controllers: [Probe] })(App);
    await (await NestFactory.create(App, { logger: false })).listen(port, host);
  },
};

await frameworks[name]();
