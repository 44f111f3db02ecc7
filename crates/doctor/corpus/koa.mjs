// Koa: middleware, a router, its parser of bodies.
import { bodyParser } from '@koa/bodyparser';
import Router from '@koa/router';
import Koa from 'koa';
import * as provider from './core.mjs';

const app = new Koa();
const router = new Router();
const fields = (ctx) => new Map(Object.entries(ctx.request.body ?? {}).filter(([, value]) => typeof value === 'string'));
const say = (ctx, [status, headers, text]) => {
  ctx.status = status;
  ctx.set(headers);
  ctx.body = text;
};

app.silent = true;
app.use(async (ctx, next) => {
  try {
    await next();
  } catch (error) {
    say(ctx, [error.status ?? 500, { 'Content-Type': 'text/plain; charset=utf-8' }, 'This request cannot be read.']);
  }
});
app.use(bodyParser({ enableTypes: ['form'], formLimit: '64kb' }));
router.get('/activate', (ctx) => say(ctx, provider.activate(ctx.querystring)));
router.post('/activate/unlock', async (ctx) => say(ctx, await provider.unlock('POST', ctx.headers, fields(ctx))));
router.get('/service', async (ctx) => say(ctx, await provider.service(ctx.querystring)));
router.get('/webhook', (ctx) => say(ctx, provider.webhook(ctx.querystring)));
router.get('/callback', (ctx) => say(ctx, provider.callback(ctx.querystring)));
router.get('/delivered', (ctx) => say(ctx, provider.deliveries()));
router.post('/order', (ctx) => say(ctx, provider.order('POST', ctx.headers, fields(ctx))));
app.use(router.routes()).use(router.allowedMethods());
app.listen(Number(process.env.PORT), '127.0.0.1');
