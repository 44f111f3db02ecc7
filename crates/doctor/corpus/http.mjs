// Style: node:http with one handler.
import { createServer } from 'node:http';
import { fieldsOf, handle } from './core.mjs';

createServer(async (request, response) => {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= 65536) chunks.push(chunk);
  }
  const [path, query = ''] = request.url.split(/\?(.*)/s);
  const body = size > 65536 ? '' : Buffer.concat(chunks).toString();
  const fields = request.method === 'GET' ? new URLSearchParams(query) : fieldsOf(request.headers['content-type'], body);
  const [status, headers, text] = await handle(request.method, path, query, request.headers, fields);
  response.writeHead(status, headers).end(text);
}).listen(Number(process.env.PORT), '127.0.0.1');
