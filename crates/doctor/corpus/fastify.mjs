// Fastify: routes in a plugin, forms by @fastify/formbody.
import formbody from '@fastify/formbody';
import Fastify from 'fastify';
import * as provider from './core.mjs';

const app = Fastify({ bodyLimit: 65536 });
const query = (request) => request.raw.url.split(/\?(.*)/s)[1] ?? '';
const fields = (request) => new Map(Object.entries(request.body ?? {}).filter(([, value]) => typeof value === 'string'));
const say = (reply, [status, headers, text]) => reply.code(status).headers(headers).send(text);

app.setErrorHandler((error, request, reply) => {
  reply.code(error.statusCode ?? 500).type('text/plain; charset=utf-8').send('This request cannot be read.');
});
await app.register(formbody);
await app.register(async (routes) => {
  routes.get('/activate', async (request, reply) => say(reply, provider.activate(query(request))));
  routes.post('/activate/unlock', async (request, reply) => say(reply, await provider.unlock('POST', request.headers, fields(request))));
  routes.get('/service', async (request, reply) => say(reply, await provider.service(query(request))));
  routes.get('/webhook', async (request, reply) => say(reply, provider.webhook(query(request))));
  routes.get('/callback', async (request, reply) => say(reply, provider.callback(query(request))));
  routes.get('/delivered', async (request, reply) => say(reply, provider.deliveries()));
  routes.post('/order', async (request, reply) => say(reply, provider.order('POST', request.headers, fields(request))));
});
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
