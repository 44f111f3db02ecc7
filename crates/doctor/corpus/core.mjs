// A provider in Node, standard library only. Right by default; the environment variable MISTAKES
// names the mistakes that it makes on purpose, so that the doctor can be examined.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

const MISTAKES = (process.env.MISTAKES ?? '').split(',');
const bad = (mistake) => MISTAKES.includes(mistake);
const SECRET = process.env.SECRET;
const MARKETPLACE = 'https://marketplace.example';
const URN = 'urn:onoffice-de-ns:smart:2.5:smartml:action:';
const DOCUMENTED = ['apiClaim', 'apiToken', 'customerName', 'customerWebId', 'parameterCacheId', 'timestamp', 'userId', 'status', 'transactionid', 'referenceid', 'theme', 'memo', 'UserLanguage', 'imageIds'];
const used = new Set();
const customers = new Map();
const delivered = [];

const hmac = (key, text, encoding = 'hex') => createHmac('sha256', key).update(text).digest(encoding);
const same = (a, b) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
const seconds = () => Math.floor(Date.now() / 1000);
const html = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

function form(text) {
  return new URLSearchParams([['', text]]).toString().slice(1).replaceAll('*', '%2A');
}

function rfc3986(text) {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function encode(text) {
  if (bad('component_encode')) return encodeURIComponent(text);
  return bad('star_literal') ? form(text).replaceAll('%2A', '*') : form(text);
}

function compare(a, b) {
  const [x, y] = bad('caseless_sort') ? [a.toLowerCase(), b.toLowerCase()] : [a, b];
  return x < y ? -1 : x > y ? 1 : 0;
}

function canonical(path, params) {
  let names = [...params.keys()];
  if (bad('drops_empty')) names = names.filter((name) => params.get(name) !== '');
  if (!bad('no_sort')) names.sort(compare);
  return `http://127.0.0.1${path}?${names.map((name) => `${encode(name)}=${encode(params.get(name))}`).join('&')}`;
}

const expected = (path, params) => hmac(SECRET, canonical(path, params));

/** The verified parameters, or a sentence that says why there are none. */
function verify(path, query, kind, aged = true) {
  const params = new Map();
  let late, early;
  for (const [name, value] of new URLSearchParams(query)) {
    if (params.has(name) && name === 'apiToken' && bad('reads_last_unsigned')) {
      late = value;
      continue;
    }
    if (params.has(name) && name === 'apiToken' && bad('first_wins_token')) early = params.get(name);
    else if (params.has(name) || name.includes('[')) return 'refused';
    params.set(name, read(value));
  }
  const given = params.get('signature');
  params.delete('signature');
  const trusting = bad('no_signature') || bad(`${kind}_no_signature`);
  if (!trusting && !genuine(path, query, params, given)) {
    return bad('leak_expected') ? `expected ${expected(path, params)}` : 'refused';
  }
  if (late ?? early) params.set('apiToken', late ?? early);
  if (aged && !bad('no_age') && !bad(`${kind}_no_age`) && !young(params.get('timestamp'))) return 'refused';
  return params;
}

/** A value as a framework hands it over. */
function read(value) {
  if (bad('trims')) value = value.trim();
  if (bad('magic_quotes')) value = value.replace(/[\\'"]/g, '\\$&');
  if (bad('sanitizes')) value = value.replace(/ +/g, ' ').replace(/%[0-9a-f]{2}/gi, '');
  if (bad('html_values')) value = html(value);
  if (bad('latin1')) value = Buffer.from(value, 'utf8').toString('latin1');
  return value;
}

function genuine(path, query, params, given) {
  if (given === undefined) return bad('missing_ok');
  if (given === '') return bad('empty_ok');
  if (bad('raw_query')) {
    const pieces = query.split('&').filter((piece) => !piece.startsWith('signature=')).sort();
    return same(hmac(SECRET, `http://127.0.0.1${path}?${pieces.join('&')}`), given);
  }
  const right = expected(path, params);
  const text = canonical(path, params);
  if (same(right, given) && !bad('port_only')) return true;
  const withPort = text.replace('http://127.0.0.1', `http://127.0.0.1:${process.env.PORT}`);
  if (same(hmac(SECRET, withPort), given) && !bad('port_dropped')) return true;
  if (bad('prefix_compare') && given.length >= 16 && right.startsWith(given)) return true;
  if (bad('case_insensitive') && right === given.toLowerCase()) return true;
  if (bad('empty_secret_ok') && hmac('', text) === given) return true;
  if (bad('plain_hash_ok') && createHash('sha256').update(text).digest('hex') === given) return true;
  if (bad('unsigned_extra') && expected(path, new Map([...params].filter(([name]) => DOCUMENTED.includes(name)))) === given) return true;
  if (bad('timestamp_unsigned')) {
    for (let drift = -3; drift <= 3; drift++) {
      const older = new Map(params).set('timestamp', String(seconds() - 86400 + drift));
      if (expected(path, older) === given) return true;
    }
  }
  return false;
}

function young(text) {
  if (text === undefined) return bad('timestamp_optional');
  if (!/^\d{1,11}$/.test(text)) {
    if (!(bad('timestamp_lenient') && /^\d+/.test(text))) return bad('nonnumeric_ok');
  }
  const age = seconds() - parseInt(text, 10);
  return age <= (bad('day_age') ? 172800 : 300) && (age >= -120 || bad('no_future'));
}

/** Calls the API: its text, and the decoded answer or undefined. */
async function call(token, key, verb, type, parameters) {
  const time = bad('ms_timestamp') ? Date.now() : seconds();
  const action = {
    actionid: URN + verb, resourceid: '', resourcetype: type, identifier: '', timestamp: time, hmac_version: '2',
    hmac: hmac(key, `${time}${token}${type}${URN}${verb}`, bad('hex_hmac') ? 'hex' : 'base64'), parameters,
  };
  if (bad('key_in_body')) action.secret = key;
  try {
    const response = await fetch(process.env.API, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, signal: AbortSignal.timeout(10000),
      redirect: bad('follows_redirect') ? 'follow' : 'error', body: JSON.stringify({ token, request: { actions: [action] } }),
    });
    const text = await limited(response);
    try {
      return { text, answer: JSON.parse(text) };
    } catch {
      return { text };
    }
  } catch {
    return { text: '' };
  }
}

async function limited(response) {
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    if (text.length > 1 << 20) break;
  }
  return text;
}

function succeeded({ text, answer }, element) {
  if (bad('active_always')) return true;
  if (bad('text_search')) return text.includes('"errorcode":0');
  if (bad('outer_only')) return answer?.status?.errorcode === 0;
  if (bad('no_error_is_success')) return !answer?.status?.errorcode;
  const result = answer?.response?.results?.[0];
  return answer?.status?.errorcode === 0 && result?.status?.errorcode === 0
    && result?.data?.records?.[0]?.elements?.[element] === 'success';
}

function pageHeaders() {
  const headers = { 'Content-Type': 'text/html; charset=utf-8' };
  if (!bad('no_frame_ancestors')) {
    headers['Content-Security-Policy'] = `default-src 'self' 'unsafe-inline'; frame-ancestors ${bad('frame_star') ? '*' : MARKETPLACE}`;
  }
  if (bad('xfo_deny')) headers['X-Frame-Options'] = 'DENY';
  if (!bad('cacheable')) headers['Cache-Control'] = 'no-store';
  if (!bad('referrer')) headers['Referrer-Policy'] = 'no-referrer';
  if (!bad('no_nosniff')) headers['X-Content-Type-Options'] = 'nosniff';
  if (bad('cookie')) headers['Set-Cookie'] = 'sid=1';
  if (bad('version')) headers['X-Powered-By'] = 'Provider/1.2.3';
  Object.assign(headers, JSON.parse(process.env.PAGE_HEADERS || '{}'));
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value));
}

function refusal(why, query = '') {
  let text = 'The signature is not correct.';
  if (why.startsWith('expected ')) text += ` ${why}`;
  if (bad('leak_secret')) text += ` secret=${SECRET}`;
  if (bad('stack_trace')) text += `\n${new Error('refused').stack}`;
  if (bad('xss_refused')) text += ` ${[...new URLSearchParams(query).values()].join(' ')}`;
  return [bad('refuse_200') ? 200 : 403, pageHeaders(), `<!doctype html><p>${text}</p>`];
}

export function activate(query) {
  const params = verify('/activate', query, 'activation');
  if (typeof params === 'string') return refusal(params, query);
  for (const name of ['customerWebId', 'userId', 'apiToken', 'parameterCacheId', 'apiClaim']) {
    if (!params.has(name)) return bad('crash_missing') ? [500, {}, 'internal error'] : refusal('refused');
  }
  if (bad('down')) return [503, {}, 'down'];
  const name = bad('xss_genuine') ? params.get('customerName') : html(params.get('customerName') ?? '');
  const trusted = { token: 'apiToken', parameterCacheId: 'parameterCacheId', extendedClaim: 'apiClaim', customerWebId: 'customerWebId', userId: 'userId' };
  let hidden = `<input type="hidden" name="launch" value="${html(query)}">`;
  if (bad('trusts_fields')) {
    for (const [field, from] of Object.entries(trusted)) hidden += `<input type="hidden" name="${field}" value="${html(params.get(from))}">`;
  }
  const headers = pageHeaders();
  if (bad('session_lax') || bad('session_partitioned')) {
    hidden = '';
    headers['Set-Cookie'] = `launch=${encodeURIComponent(query)}; Path=/; HttpOnly; Secure; ${bad('session_lax') ? 'SameSite=Lax' : 'SameSite=None; Partitioned'}`;
  }
  const more = (bad('frame_meta') ? `<meta http-equiv="Content-Security-Policy" content="frame-ancestors ${MARKETPLACE}">` : '') + (bad('mixed') ? '<img src="http://images.example/logo.png" alt="">' : '') + (bad('secret_in_page') ? `<!-- ${SECRET} -->` : '')
    + (bad('foreign_script') ? '<script src="https://cdn.example/x.js"></script>' : '');
  const listen = bad('message_any') ? "window.addEventListener('message', (e) => { document.title = e.data; });" : '';
  return [200, headers, `<!doctype html><html lang="en"><title>Activate</title><h1>Activate the provider for ${name}</h1>${more}
<form action="/activate/unlock" method="${bad('form_get') ? 'get' : 'post'}">${hidden}<div id="secretDiv" class="api-key-input-outer">
<label class="api-key-label" for="secret">API key</label><input type="text" id="secret" name="secret" class="api-key-input"${bad('autocomplete') ? '' : ' autocomplete="off"'}></div>
<button id="unlockButton" class="unlock-now-button">Activate now</button></form>
<label id="successMessage" class="active-label" hidden>active</label><div id="spinner" class="unlock-load-spinner" hidden></div>
<script>${listen}document.querySelector('form').onsubmit = async (e) => { e.preventDefault();
const r = await fetch('/activate/unlock', { method: 'POST', body: new URLSearchParams(new FormData(e.target)) });
window.parent.postMessage(await r.text(), '${bad('post_star') ? '*' : MARKETPLACE}'); };</script></html>`];
}

function launch(headers, fields) {
  if (!bad('session_lax') && !bad('session_partitioned')) return fields.get('launch') ?? '';
  return decodeURIComponent(/(?:^|; )launch=([^;]*)/.exec(headers.cookie ?? '')?.[1] ?? '');
}

export async function unlock(method, headers, fields) {
  const plain = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };
  if (bad('cors')) plain['Access-Control-Allow-Origin'] = '*';
  const overridden = bad('method_override') && headers['x-http-method-override'] === 'POST';
  if (method !== 'POST' && !bad('get_unlock') && !overridden) return [405, plain, 'post only'];
  if (headers.origin && headers.origin !== `http://${headers.host}` && !bad('no_origin')) return [403, plain, 'wrong origin'];
  let params;
  if (bad('trusts_fields') && fields.get('token')) {
    params = new Map([['apiToken', fields.get('token')], ['parameterCacheId', fields.get('parameterCacheId')], ['apiClaim', fields.get('extendedClaim')],
      ['customerWebId', fields.get('customerWebId') ?? ''], ['userId', fields.get('userId') ?? '']]);
  } else {
    params = verify('/activate', launch(headers, fields), 'activation', !bad('old_launch'));
    if (typeof params === 'string' || !['apiToken', 'parameterCacheId', 'apiClaim', 'customerWebId', 'userId'].every((name) => params.has(name))) {
      return [403, plain, 'not a genuine launch'];
    }
    if (bad('extra_token') && fields.get('token')) params.set('apiToken', fields.get('token'));
  }
  const typed = fields.get('secret') ?? '';
  const key = bad('no_trim') ? typed : typed.trim();
  if (!/^[A-Za-z0-9]{64}$/.test(key) && !(bad('any_key') && key) && !(bad('no_trim') && key.trim().length === 64)) {
    return [422, plain, 'the API key has 64 characters'];
  }
  const id = params.get('parameterCacheId');
  if (used.has(id) && !bad('not_once')) return [409, plain, 'this activation was used'];
  used.add(id);
  const parameters = { parameterCacheId: bad('wrong_cache') ? `x${id}` : id, isRegularCustomer: 0 };
  if (!bad('no_claim')) parameters.extendedclaim = params.get('apiClaim');
  if (!succeeded(await call(params.get('apiToken'), key, 'do', 'unlockProvider', parameters), 'success')) {
    used.delete(id);
    return [502, plain, `the activation failed${bad('echo_key') ? ` with ${key}` : ''}`];
  }
  const name = params.get(bad('shared_by_user') ? 'userId' : 'customerWebId');
  if (!(bad('old_credentials') && customers.has(name))) customers.set(name, [params.get('apiToken'), key, params.get('apiClaim')]);
  return [200, plain, bad('says_ok') ? 'ok' : 'active'];
}

export async function service(query) {
  const params = verify('/service', query, 'service');
  if (typeof params === 'string') return refusal(params);
  const known = customers.get(params.get(bad('shared_by_user') ? 'userId' : 'customerWebId'));
  if (!known) return [403, pageHeaders(), '<!doctype html><p>Please activate the provider first.</p>'];
  const [token, key, first] = known;
  const claim = bad('activation_claim') ? first : params.get('apiClaim') ?? '';
  const { answer } = await call(token, key, 'read', 'user', { data: ['Name'], extendedclaim: claim });
  if (answer?.status?.errorcode !== 0) {
    return [bad('service_crash') ? 500 : 503, pageHeaders(), '<!doctype html><p>The marketplace does not answer, or blocked this provider.</p>'];
  }
  return [200, pageHeaders(), '<!doctype html><h1>Welcome to the floor plan service</h1><p>Choose a floor plan to begin.</p>'];
}

export function webhook(query) {
  return typeof verify('/webhook', query, 'webhook') === 'string' ? [403, {}, ''] : [204, {}, ''];
}

export function callback(query) {
  const params = verify('/callback', query, 'callback');
  if (typeof params === 'string') return refusal(params);
  const paid = ['success', 'inprocess'].includes(params.get('status')) || bad('callback_any_status');
  const id = params.get('transactionid');
  if (paid && (!delivered.includes(id) || bad('delivers_again'))) delivered.push(id);
  const text = paid ? 'Thank you, your order is being delivered to you.' : 'Payment failed or was cancelled; nothing happens.';
  return [200, pageHeaders(), `<!doctype html><h1>${text}</h1>`];
}

export function order(method, headers, fields) {
  const json = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };
  let params = verify('/service', fields.get('launch') ?? '', 'order');
  if (bad('order_unlaunched') && typeof params === 'string') params = new Map(new URLSearchParams(fields.get('launch')));
  if (method !== 'POST' || typeof params === 'string') return [403, json, '{"error":"not a genuine launch"}'];
  let cents = { 1: 3870 }[fields.get('product')];
  const quantity = fields.get('quantity') ?? '';
  if (!cents || (!/^[1-9]\d?$/.test(quantity) && !bad('order_quantity'))) return [422, json, '{"error":"no such article or quantity"}'];
  if (bad('order_price') && fields.get('price')) cents = Math.round(100 * Number(fields.get('price')));
  const amount = (value) => (bad('order_numbers') ? value / 100 : (value / 100).toFixed(2));
  const total = cents * Math.max(1, parseInt(quantity, 10)) + (bad('order_total') ? 100 : 0);
  const members = {
    callbackurl: (bad('order_callback') && fields.get('callbackurl')) || 'http://127.0.0.1/callback',
    parametercacheid: bad('order_cache') ? fields.get('parametercacheid') ?? 'none' : params.get('parameterCacheId'),
    products: [{ circleofusers: 'customer', name: 'Floor plan (2D)', price: amount(cents), quantity }],
    timestamp: seconds() - (bad('order_old') ? 3600 : 0),
    totalprice: amount(total),
  };
  const write = bad('order_rfc1738') ? form : rfc3986;
  const pairs = [];
  const walk = (name, value) => {
    if (typeof value !== 'object') pairs.push(`${write(name)}=${write(String(value))}`);
    else for (const inner of Object.keys(value)) walk(name ? `${name}[${inner}]` : inner, value[inner]);
  };
  walk('', members);
  return [200, json, JSON.stringify({ ...members, signature: hmac(SECRET, pairs.join('&')) })];
}

export const deliveries = () => [200, {}, `${delivered.length} deliveries`];

/** One request: method, path, query, headers in small letters, body fields. */
export async function handle(method, path, query, headers, fields) {
  if (path === '/activate' && bad('slash')) return [308, { Location: `/activate/?${query}` }, ''];
  switch (path) {
    case '/activate/': return bad('slash') ? activate(query) : [404, {}, 'not found'];
    case '/activate': return method === 'GET' ? activate(query) : [405, pageHeaders(), 'get only'];
    case '/activate/unlock': return unlock(method, headers, fields);
    case '/service': return service(query);
    case '/webhook': return webhook(query);
    case '/callback': return callback(query);
    case '/delivered': return deliveries();
    case '/order': return order(method, headers, fields);
    default: return [404, {}, 'not found'];
  }
}

/** The fields of a form, by either encoding. */
export function fieldsOf(type, body) {
  const boundary = /^multipart\/form-data;.*boundary=([^;]+)/.exec(type ?? '')?.[1];
  if (!boundary) return new URLSearchParams(body);
  const fields = new URLSearchParams();
  for (const part of body.split(`--${boundary}`)) {
    const match = /name="([^"]*)"\r\n\r\n([\s\S]*)\r\n$/.exec(part);
    if (match) fields.append(match[1], match[2]);
  }
  return fields;
}
