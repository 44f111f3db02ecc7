// Hono: requests and responses of the web, on Node.
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import * as provider from './core.mjs';

const app = new Hono();
const query = (c) => c.req.url.split(/\?(.*)/s)[1] ?? '';
const headers = (c) => ({ host: new URL(c.req.url).host, ...c.req.header() });
const fields = async (c) => new Map(Object.entries(await c.req.parseBody()).filter(([, value]) => typeof value === 'string'));
const say = ([status, sent, text]) => new Response(status === 204 ? null : text, { status, headers: sent });

app.use(bodyLimit({ maxSize: 65536 }));
app.get('/activate', (c) => say(provider.activate(query(c))));
app.post('/activate/unlock', async (c) => say(await provider.unlock('POST', headers(c), await fields(c))));
app.get('/service', async (c) => say(await provider.service(query(c))));
app.get('/webhook', (c) => say(provider.webhook(query(c))));
app.get('/callback', (c) => say(provider.callback(query(c))));
app.get('/delivered', () => say(provider.deliveries()));
app.post('/order', async (c) => say(provider.order('POST', headers(c), await fields(c))));
app.onError((error, c) => c.text('This request cannot be read.', 400));
serve({ fetch: app.fetch, port: Number(process.env.PORT), hostname: '127.0.0.1' });
