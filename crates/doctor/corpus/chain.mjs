// Style: a chain of middleware, as in the frameworks that are built that way.
import { createServer } from 'node:http';
import { fieldsOf, handle } from './core.mjs';

const chain = [];
const use = (middleware) => chain.push(middleware);

use(async (ctx, next) => {
  try {
    await next();
  } catch {
    ctx.answer = [500, {}, 'something went wrong'];
  }
});
use(async (ctx, next) => {
  ctx.body = await new Promise((resolve, reject) => {
    let body = '';
    ctx.request.on('data', (chunk) => { if (body.length < 65536) body += chunk; });
    ctx.request.on('end', () => resolve(body.length < 65536 ? body : ''));
    ctx.request.on('error', reject);
  });
  await next();
});
use(async (ctx, next) => {
  const at = ctx.request.url.indexOf('?');
  [ctx.path, ctx.query] = at < 0 ? [ctx.request.url, ''] : [ctx.request.url.slice(0, at), ctx.request.url.slice(at + 1)];
  ctx.fields = ctx.request.method === 'GET' ? new URLSearchParams(ctx.query) : fieldsOf(ctx.request.headers['content-type'], ctx.body);
  await next();
});
use(async (ctx) => {
  ctx.answer = await handle(ctx.request.method, ctx.path, ctx.query, ctx.request.headers, ctx.fields);
});

const run = (ctx, at) => chain[at]?.(ctx, () => run(ctx, at + 1));
createServer(async (request, response) => {
  const ctx = { request };
  await run(ctx, 0);
  const [status, headers, text] = ctx.answer;
  response.writeHead(status, headers).end(text);
}).listen(Number(process.env.PORT), '127.0.0.1');
