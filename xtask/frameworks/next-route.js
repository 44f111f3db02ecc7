// What Next makes of a request; see probe.mjs.
export function GET(request) {
  const read = Object.fromEntries(request.nextUrl.searchParams);
  return new Response(JSON.stringify({ url: request.url, read }), { headers: { "Content-Type": "text/html" } });
}
