<?php
// A provider in PHP, standard library only. Right by default; the environment variable MISTAKES
// names the mistakes that it makes on purpose, so that the doctor can be examined.
declare(strict_types=1);

const TYPES = ['do' => 'urn:onoffice-de-ns:smart:2.5:smartml:action:do', 'read' => 'urn:onoffice-de-ns:smart:2.5:smartml:action:read'];
const DOCUMENTED = ['apiClaim', 'apiToken', 'customerName', 'customerWebId', 'parameterCacheId', 'timestamp', 'userId', 'status', 'transactionid', 'referenceid', 'theme', 'memo', 'UserLanguage', 'imageIds'];
const MARKETPLACE = 'https://marketplace.example';

function bad(string $mistake): bool
{
    return in_array($mistake, explode(',', getenv('MISTAKES') ?: ''), true);
}

function secret(): string
{
    return (string) getenv('SECRET');
}

/** State that outlives a request: a file under a lock. */
function state(callable $change): mixed
{
    $file = fopen((string) getenv('STATE'), 'c+');
    flock($file, LOCK_EX);
    $data = json_decode((string) stream_get_contents($file), true) ?: ['used' => [], 'customers' => []];
    $result = $change($data);
    ftruncate($file, 0);
    rewind($file);
    fwrite($file, json_encode($data));
    fclose($file);
    return $result;
}

/** Names and values in the order of the query, decoded. */
function pairs(string $query): array
{
    $pairs = [];
    foreach (array_filter(explode('&', $query), fn ($piece) => $piece !== '') as $piece) {
        [$name, $value] = array_pad(explode('=', $piece, 2), 2, '');
        $pairs[] = [urldecode($name), urldecode($value)];
    }
    return $pairs;
}

function canonical(string $path, array $params): string
{
    if (bad('drops_empty')) {
        $params = array_filter($params, fn ($value) => $value !== '');
    }
    if (!bad('no_sort')) {
        bad('caseless_sort') ? ksort($params, SORT_STRING | SORT_FLAG_CASE) : ksort($params, SORT_STRING);
    }
    $query = http_build_query($params, '', '&', bad('component_encode') ? PHP_QUERY_RFC3986 : PHP_QUERY_RFC1738);
    if (bad('star_literal')) {
        $query = str_replace('%2A', '*', $query);
    }
    return 'http://127.0.0.1' . $path . '?' . $query;
}

function expected(string $path, array $params): string
{
    return hash_hmac('sha256', canonical($path, $params), secret());
}

/** The verified parameters, or a sentence that says why there are none. */
function verify(string $path, string $query, string $kind, bool $aged = true): array|string
{
    $seen = $params = [];
    foreach (pairs($query) as [$name, $value]) {
        if (isset($seen[$name]) && bad('reads_last_unsigned') && $name === 'apiToken') {
            $late = $value;
            continue;
        }
        if (isset($seen[$name]) && bad('first_wins_token') && $name === 'apiToken') {
            $early = $params[$name];
        } elseif (isset($seen[$name]) || str_contains($name, '[')) {
            return 'refused';
        }
        $seen[$name] = true;
        $params[$name] = read($value);
    }
    $given = $params['signature'] ?? null;
    unset($params['signature']);
    $trusting = bad('no_signature') || ($kind === 'webhook' && bad('webhook_no_signature')) || ($kind === 'callback' && bad('callback_no_signature'));
    if (!$trusting && !genuine($path, $query, $params, $given)) {
        return bad('leak_expected') ? 'expected ' . expected($path, $params) : 'refused';
    }
    if (isset($late)) {
        $params['apiToken'] = $late;
    }
    if (isset($early)) {
        $params['apiToken'] = $early;
    }
    if ($aged && !bad('no_age') && !($kind === 'service' && bad('service_no_age')) && !young($params['timestamp'] ?? null)) {
        return 'refused';
    }
    return $params;
}

/** A value as a framework hands it over. */
function read(string $value): string
{
    if (bad('trims')) {
        $value = trim($value);
    }
    if (bad('magic_quotes')) {
        $value = addslashes($value);
    }
    if (bad('sanitizes')) {
        $value = preg_replace('/%[0-9a-f]{2}/i', '', preg_replace('/ +/', ' ', $value));
    }
    if (bad('html_values')) {
        $value = html($value);
    }
    return bad('latin1') ? preg_replace_callback('/[\x80-\xff]/', fn ($m) => chr(0xC0 | ord($m[0]) >> 6) . chr(0x80 | ord($m[0]) & 0x3F), $value) : $value;
}

function genuine(string $path, string $query, array $params, ?string $given): bool
{
    if ($given === null) {
        return bad('missing_ok');
    }
    if ($given === '') {
        return bad('empty_ok');
    }
    if (bad('raw_query')) {
        $pieces = array_filter(explode('&', $query), fn ($piece) => !str_starts_with($piece, 'signature='));
        sort($pieces, SORT_STRING);
        $text = 'http://127.0.0.1' . $path . '?' . implode('&', $pieces);
        return hash_equals(hash_hmac('sha256', $text, secret()), $given);
    }
    $right = expected($path, $params);
    if (hash_equals($right, $given) && !bad('port_only')) {
        return true;
    }
    $with_port = substr_replace(canonical($path, $params), ':' . getenv('PORT'), strlen('http://127.0.0.1'), 0);
    if (hash_equals(hash_hmac('sha256', $with_port, secret()), $given) && !bad('port_dropped')) {
        return true;
    }
    if (bad('prefix_compare') && strlen($given) >= 16 && str_starts_with($right, $given)) {
        return true;
    }
    if (bad('case_insensitive') && strcasecmp($right, $given) === 0) {
        return true;
    }
    $text = canonical($path, $params);
    if (bad('empty_secret_ok') && hash_equals(hash_hmac('sha256', $text, ''), $given)) {
        return true;
    }
    if (bad('plain_hash_ok') && hash_equals(hash('sha256', $text), $given)) {
        return true;
    }
    if (bad('unsigned_extra') && hash_equals(expected($path, array_intersect_key($params, array_flip(DOCUMENTED))), $given)) {
        return true;
    }
    if (bad('timestamp_unsigned')) {
        foreach ([-86400] as $shift) {
            $older = $params;
            for ($drift = -3; $drift <= 3; $drift++) {
                $older['timestamp'] = (string) (time() + $shift + $drift);
                if (hash_equals(expected($path, $older), $given)) {
                    return true;
                }
            }
        }
    }
    return false;
}

function young(?string $text): bool
{
    if ($text === null) {
        return bad('timestamp_optional');
    }
    if (!preg_match('/^\d{1,11}$/D', $text)) {
        if (bad('timestamp_lenient') && preg_match('/^\d+/', $text)) {
            $text = (string) (int) $text;
        } else {
            return bad('nonnumeric_ok');
        }
    }
    $age = time() - (int) $text;
    return $age <= (bad('day_age') ? 172800 : 300) && ($age >= -120 || bad('no_future'));
}

/** Calls the API; the decoded answer, or null. */
function call(string $token, string $key, string $verb, string $type, array $parameters): ?array
{
    $time = time() * (bad('ms_timestamp') ? 1000 : 1);
    $hmac = hash_hmac('sha256', $time . $token . $type . TYPES[$verb], $key, !bad('hex_hmac'));
    $action = [
        'actionid' => TYPES[$verb], 'resourceid' => '', 'resourcetype' => $type, 'identifier' => '', 'timestamp' => $time,
        'hmac_version' => '2', 'hmac' => bad('hex_hmac') ? $hmac : base64_encode($hmac), 'parameters' => $parameters,
    ];
    if (bad('key_in_body')) {
        $action['secret'] = $key;
    }
    $body = json_encode(['token' => $token, 'request' => ['actions' => [$action]]]);
    $context = stream_context_create(['http' => [
        'method' => 'POST', 'header' => 'Content-Type: application/json', 'content' => $body, 'timeout' => 10,
        'follow_location' => bad('follows_redirect') ? 1 : 0, 'ignore_errors' => true,
    ]]);
    $text = @file_get_contents((string) getenv('API'), false, $context, 0, 1 << 20);
    $GLOBALS['last_text'] = (string) $text;
    $answer = $text === false ? null : json_decode($text, true);
    return is_array($answer) ? $answer : null;
}

function succeeded(?array $answer, string $element): bool
{
    if (bad('active_always')) {
        return true;
    }
    if (bad('text_search')) {
        return str_contains($GLOBALS['last_text'], '"errorcode":0');
    }
    if (bad('outer_only')) {
        return ($answer['status']['errorcode'] ?? null) === 0;
    }
    if (bad('no_error_is_success')) {
        return empty($answer['status']['errorcode']);
    }
    $result = $answer['response']['results'][0] ?? null;
    return ($answer['status']['errorcode'] ?? null) === 0 && ($result['status']['errorcode'] ?? null) === 0
        && ($result['data']['records'][0]['elements'][$element] ?? null) === 'success';
}

function page_headers(): array
{
    $headers = ['Content-Type' => 'text/html; charset=utf-8'];
    if (!bad('no_frame_ancestors')) {
        $ancestors = bad('frame_star') ? '*' : MARKETPLACE;
        $headers['Content-Security-Policy'] = "default-src 'self' 'unsafe-inline'; frame-ancestors $ancestors";
    }
    if (bad('xfo_deny')) {
        $headers['X-Frame-Options'] = 'DENY';
    }
    if (!bad('cacheable')) {
        $headers['Cache-Control'] = 'no-store';
    }
    if (!bad('referrer')) {
        $headers['Referrer-Policy'] = 'no-referrer';
    }
    if (!bad('no_nosniff')) {
        $headers['X-Content-Type-Options'] = 'nosniff';
    }
    if (bad('cookie')) {
        $headers['Set-Cookie'] = 'sid=1';
    }
    if (bad('version')) {
        $headers['X-Powered-By'] = 'Provider/1.2.3';
    }
    $headers = array_merge($headers, json_decode(getenv('PAGE_HEADERS') ?: '{}', true));
    return array_filter($headers, fn ($value) => $value !== '');
}

function refusal(string $why, array $params = []): array
{
    $text = 'The signature is not correct.';
    if (str_starts_with($why, 'expected ')) {
        $text .= ' ' . $why;
    }
    if (bad('leak_secret')) {
        $text .= ' secret=' . secret();
    }
    if (bad('stack_trace')) {
        $text .= " Traceback (most recent call last): Stack trace: #0 verify()";
    }
    if (bad('xss_refused')) {
        foreach ($params as [$name, $value]) {
            $text .= ' ' . $value;
        }
    }
    return [bad('refuse_200') ? 200 : 403, page_headers(), "<!doctype html><p>$text</p>"];
}

function html(string $text): string
{
    return htmlspecialchars($text, ENT_QUOTES);
}

function activate(string $query): array
{
    $params = verify('/activate', $query, 'activation');
    if (is_string($params)) {
        return refusal($params, pairs($query));
    }
    foreach (['customerWebId', 'userId', 'apiToken', 'parameterCacheId', 'apiClaim'] as $name) {
        if (!isset($params[$name])) {
            return bad('crash_missing') ? [500, [], 'internal error'] : refusal('refused');
        }
    }
    if (bad('down')) {
        return [503, [], 'down'];
    }
    $name = $params['customerName'] ?? '';
    $name = bad('xss_genuine') ? $name : html($name);
    $method = bad('form_get') ? 'get' : 'post';
    $complete = bad('autocomplete') ? '' : ' autocomplete="off"';
    $hidden = '<input type="hidden" name="launch" value="' . html($query) . '">';
    if (bad('trusts_fields')) {
        foreach (['token' => 'apiToken', 'parameterCacheId' => 'parameterCacheId', 'extendedClaim' => 'apiClaim', 'customerWebId' => 'customerWebId', 'userId' => 'userId'] as $field => $from) {
            $hidden .= '<input type="hidden" name="' . $field . '" value="' . html($params[$from]) . '">';
        }
    }
    $headers = page_headers();
    if (bad('session_lax') || bad('session_partitioned')) {
        $hidden = '';
        $headers['Set-Cookie'] = 'launch=' . rawurlencode($query) . '; Path=/; HttpOnly; Secure; ' . (bad('session_lax') ? 'SameSite=Lax' : 'SameSite=None; Partitioned');
    }
    $target = bad('post_star') ? '*' : MARKETPLACE;
    $listen = bad('message_any') ? "addEventListener('message', e => document.title = e.data);" : '';
    $more = (bad('frame_meta') ? '<meta http-equiv="Content-Security-Policy" content="frame-ancestors ' . MARKETPLACE . '">' : '') . (bad('mixed') ? '<img src="http://images.example/logo.png" alt="">' : '') . (bad('secret_in_page') ? '<!-- ' . secret() . ' -->' : '')
        . (bad('foreign_script') ? '<script src="https://cdn.example/x.js"></script>' : '');
    $body = "<!doctype html><html lang=\"en\"><title>Activate</title><h1>Activate the provider for $name</h1>$more
<form action=\"/activate/unlock\" method=\"$method\">$hidden<div id=\"secretDiv\" class=\"api-key-input-outer\">
<label class=\"api-key-label\" for=\"secret\">API key</label><input type=\"text\" id=\"secret\" name=\"secret\" class=\"api-key-input\"$complete></div>
<button id=\"unlockButton\" class=\"unlock-now-button\">Activate now</button></form>
<label id=\"successMessage\" class=\"active-label\" hidden>active</label><div id=\"spinner\" class=\"unlock-load-spinner\" hidden></div>
<script>{$listen}
document.querySelector('form').addEventListener('submit', async e => { e.preventDefault();
const r = await fetch('/activate/unlock', { method: 'POST', body: new URLSearchParams(new FormData(e.target)) });
window.parent.postMessage(await r.text(), '$target'); });</script></html>";
    return [200, $headers, $body];
}

function launch(array $headers, array $fields): string
{
    if (!bad('session_lax') && !bad('session_partitioned')) {
        return $fields['launch'] ?? '';
    }
    return preg_match('/(?:^|; )launch=([^;]*)/', $headers['cookie'] ?? '', $cookie) ? rawurldecode($cookie[1]) : '';
}

function unlock(string $method, array $headers, array $fields): array
{
    $plain = ['Content-Type' => 'text/plain; charset=utf-8', 'Cache-Control' => 'no-store', 'X-Content-Type-Options' => 'nosniff'];
    if (bad('cors')) {
        $plain['Access-Control-Allow-Origin'] = '*';
    }
    if ($method !== 'POST' && !bad('get_unlock') && !(bad('method_override') && ($headers['x-http-method-override'] ?? '') === 'POST')) {
        return [405, $plain, 'post only'];
    }
    $origin = $headers['origin'] ?? null;
    if ($origin !== null && $origin !== 'http://' . ($headers['host'] ?? '') && !bad('no_origin')) {
        return [403, $plain, 'wrong origin'];
    }
    foreach ($fields as $value) {
        if (!is_string($value)) {
            return [400, $plain, 'bad field'];
        }
    }
    if (bad('trusts_fields') && isset($fields['token'])) {
        $params = ['apiToken' => $fields['token'], 'parameterCacheId' => $fields['parameterCacheId'] ?? '', 'apiClaim' => $fields['extendedClaim'] ?? '', 'customerWebId' => $fields['customerWebId'] ?? '', 'userId' => $fields['userId'] ?? ''];
    } else {
        $params = verify('/activate', launch($headers, $fields), 'activation', !bad('old_launch'));
        if (is_string($params) || !isset($params['apiToken'], $params['parameterCacheId'], $params['apiClaim'], $params['customerWebId'], $params['userId'])) {
            return [403, $plain, 'not a genuine launch'];
        }
        if (bad('extra_token') && isset($fields['token'])) {
            $params['apiToken'] = $fields['token'];
        }
    }
    $key = $fields['secret'] ?? '';
    $key = bad('no_trim') ? $key : trim($key);
    if (!preg_match('/^[A-Za-z0-9]{64}$/D', $key) && !(bad('any_key') && $key !== '') && !(bad('no_trim') && strlen(trim($key)) === 64)) {
        return [422, $plain, 'the API key has 64 characters'];
    }
    $id = $params['parameterCacheId'];
    $free = bad('not_once') || state(function (array &$data) use ($id): bool {
        $free = !in_array($id, $data['used'], true);
        $data['used'][] = $id;
        return $free;
    });
    if (!$free) {
        return [409, $plain, 'this activation was used'];
    }
    $parameters = ['parameterCacheId' => $id, 'isRegularCustomer' => 0];
    if (!bad('no_claim')) {
        $parameters['extendedclaim'] = $params['apiClaim'];
    }
    if (bad('wrong_cache')) {
        $parameters['parameterCacheId'] = 'x' . $id;
    }
    if (!succeeded(call($params['apiToken'], $key, 'do', 'unlockProvider', $parameters), 'success')) {
        state(function (array &$data) use ($id): void {
            $data['used'] = array_values(array_diff($data['used'], [$id]));
        });
        return [502, $plain, 'the activation failed' . (bad('echo_key') ? " with $key" : '')];
    }
    state(function (array &$data) use ($params, $key): void {
        $name = bad('shared_by_user') ? $params['userId'] : $params['customerWebId'];
        if (!(bad('old_credentials') && isset($data['customers'][$name]))) {
            $data['customers'][$name] = [$params['apiToken'], $key, $params['apiClaim']];
        }
    });
    return [200, $plain, bad('says_ok') ? 'ok' : 'active'];
}

function service(string $query): array
{
    $params = verify('/service', $query, 'service');
    if (is_string($params)) {
        return refusal($params);
    }
    $name = (bad('shared_by_user') ? $params['userId'] : $params['customerWebId']) ?? '';
    $known = state(fn (array &$data) => $data['customers'][$name] ?? null);
    if ($known === null) {
        return [403, page_headers(), '<!doctype html><p>Please activate the provider first.</p>'];
    }
    [$token, $key, $first] = $known;
    $claim = bad('activation_claim') ? $first : ($params['apiClaim'] ?? '');
    $answer = call($token, $key, 'read', 'user', ['data' => ['Name'], 'extendedclaim' => $claim]);
    if ($answer === null || ($answer['status']['errorcode'] ?? null) !== 0) {
        return [bad('service_crash') ? 500 : 503, page_headers(), '<!doctype html><p>The marketplace does not answer, or blocked this provider.</p>'];
    }
    return [200, page_headers(), '<!doctype html><h1>Welcome to the floor plan service</h1><p>Choose a floor plan to begin.</p>'];
}

function callback(string $query): array
{
    $params = verify('/callback', $query, 'callback');
    if (is_string($params)) {
        return refusal($params);
    }
    $paid = in_array($params['status'] ?? '', ['success', 'inprocess'], true) || bad('callback_any_status');
    if ($paid) {
        state(function (array &$data) use ($params): void {
            if (bad('delivers_again') || !in_array($params['transactionid'] ?? '', $data['delivered'] ?? [], true)) {
                $data['delivered'][] = $params['transactionid'] ?? '';
            }
        });
    }
    $text = $paid ? 'Thank you, your order is being delivered to you.' : 'Payment failed or was cancelled; nothing happens.';
    return [200, page_headers(), "<!doctype html><h1>$text</h1>"];
}

function order(string $method, array $headers, array $fields): array
{
    $json = ['Content-Type' => 'application/json', 'Cache-Control' => 'no-store'];
    $params = verify('/service', is_string($fields['launch'] ?? null) ? $fields['launch'] : '', 'order');
    if (bad('order_unlaunched') && is_string($params)) {
        $params = array_column(pairs($fields['launch'] ?? ''), 1, 0);
    }
    if ($method !== 'POST' || is_string($params)) {
        return [403, $json, '{"error":"not a genuine launch"}'];
    }
    $cents = ['1' => 3870][$fields['product'] ?? ''] ?? null;
    $quantity = $fields['quantity'] ?? '';
    $fine = is_string($quantity) && preg_match('/^[1-9]\d?$/D', $quantity);
    if ($cents === null || (!$fine && !bad('order_quantity'))) {
        return [422, $json, '{"error":"no such article or quantity"}'];
    }
    if (bad('order_price') && isset($fields['price'])) {
        $cents = (int) round(100 * (float) $fields['price']);
    }
    $amount = fn (int $cents) => bad('order_numbers') ? $cents / 100 : sprintf('%d.%02d', intdiv($cents, 100), $cents % 100);
    $order = [
        'callbackurl' => bad('order_callback') && isset($fields['callbackurl']) ? $fields['callbackurl'] : 'http://127.0.0.1/callback',
        'parametercacheid' => bad('order_cache') ? ($fields['parametercacheid'] ?? 'none') : $params['parameterCacheId'],
        'products' => [['circleofusers' => 'customer', 'name' => 'Floor plan (2D)', 'price' => $amount($cents), 'quantity' => $quantity]],
        'timestamp' => time() - (bad('order_old') ? 3600 : 0),
        'totalprice' => $amount($cents * max(1, (int) $quantity) + (bad('order_total') ? 100 : 0)),
    ];
    $text = http_build_query($order, '', '&', bad('order_rfc1738') ? PHP_QUERY_RFC1738 : PHP_QUERY_RFC3986);
    $order['signature'] = hash_hmac('sha256', $text, secret());
    return [200, $json, json_encode($order)];
}

/** One request: method, path, query, headers in small letters, body fields. */
function handle(string $method, string $path, string $query, array $headers, array $fields): array
{
    if ($path === '/activate' && bad('slash')) {
        return [308, ['Location' => "/activate/?$query"], ''];
    }
    return match ($path) {
        '/activate/' => bad('slash') ? activate($query) : [404, [], 'not found'],
        '/activate' => $method === 'GET' ? activate($query) : [405, page_headers(), 'get only'],
        '/activate/unlock' => unlock($method, $headers, $fields),
        '/service' => service($query),
        '/webhook' => is_string($p = verify('/webhook', $query, 'webhook')) ? [403, [], ''] : [204, [], ''],
        '/callback' => callback($query),
        '/delivered' => [200, [], state(fn (array &$data) => count($data['delivered'] ?? [])) . ' deliveries'],
        '/order' => order($method, $headers, $fields),
        default => [404, [], 'not found'],
    };
}
