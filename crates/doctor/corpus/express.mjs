// Express: routes, its parser of forms, an error handler.
import express from 'express';
import * as provider from './core.mjs';

const app = express();
app.disable('x-powered-by');
const form = express.urlencoded({ extended: false, limit: '64kb' });
const query = (request) => request.originalUrl.split(/\?(.*)/s)[1] ?? '';
// A field that came twice is a list here; only texts count.
const fields = (request) => new Map(Object.entries(request.body ?? {}).filter(([, value]) => typeof value === 'string'));
const say = (response, [status, headers, text]) => response.status(status).set(headers).send(text);

app.get('/activate', (request, response) => say(response, provider.activate(query(request))));
app.post('/activate/unlock', form, async (request, response) => {
  say(response, await provider.unlock('POST', request.headers, fields(request)));
});
app.get('/service', async (request, response) => say(response, await provider.service(query(request))));
app.get('/webhook', (request, response) => say(response, provider.webhook(query(request))));
app.get('/callback', (request, response) => say(response, provider.callback(query(request))));
app.get('/delivered', (request, response) => say(response, provider.deliveries()));
app.post('/order', form, (request, response) => say(response, provider.order('POST', request.headers, fields(request))));
app.use((error, request, response, next) => {
  if (response.headersSent) return next(error);
  response.status(error.status ?? 500).type('text').send('This request cannot be read.');
});
app.listen(Number(process.env.PORT), '127.0.0.1');
