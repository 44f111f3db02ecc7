<?php
// A complete provider in PHP 8, without packages: activation page, verification, unlock.
//
//     PROVIDER_SECRET=... php -S 127.0.0.1:3000 provider.php
//
// Settings are environment variables; see README.md in this folder.
declare(strict_types=1);

const YOUNGEST = -120; // seconds; how old a signed URL may be when its page is opened
const OLDEST = 300;
const PAGE_LIFETIME = 3600; // seconds; how long an opened page may be used
const ACTION = 'urn:onoffice-de-ns:smart:2.5:smartml:action:do';
const STYLE = '/smart/gui/smart/resources/css/layout/smart/themes/marketplace/marketplaceUnlockIFrame.css';
define('SECRET', getenv('PROVIDER_SECRET') ?: exit('PROVIDER_SECRET is missing'));
define('MARKETPLACE', getenv('MARKETPLACE') ?: 'http://127.0.0.1:8080'); // its pages
define('API', getenv('API') ?: MARKETPLACE . '/api/stable/api.php');
define('ADDRESS', getenv('ADDRESS') ?: 'http://localhost/activate'); // as registered, without a port
define('STORE', getenv('STORE') ?: __DIR__ . '/customers.json');

/** The parameters of a query that the marketplace has signed and that is young enough. */
function verified(string $query, int $oldest): ?array
{
    parse_str($query, $given);
    $signature = is_string($given['signature'] ?? null) ? $given['signature'] : '';
    unset($given['signature']);
    ksort($given);
    // The vendor's samples disagree about a port: without one first, then with the one of this server.
    $withPort = preg_replace('~^https?://[^/:]+~', '$0:' . $_SERVER['SERVER_PORT'], ADDRESS);
    $isRight = fn (string $address): bool => hash_equals(
        hash_hmac('sha256', $address . '?' . http_build_query($given), SECRET),
        $signature,
    );
    if (!$isRight(ADDRESS) && !$isRight($withPort)) {
        return null;
    }
    if (preg_match('/^\d{1,11}$/D', is_string($given['timestamp'] ?? null) ? $given['timestamp'] : '') !== 1) {
        return null;
    }
    $age = time() - (int) $given['timestamp'];
    return YOUNGEST <= $age && $age <= $oldest ? $given : null;
}

/** Each launch unlocks once, but may be tried again after a failure. A file that can be made only once
 * says which were used; a database of yours does it better. */
function unlock(array $given, string $key): string
{
    if (hash_equals(SECRET, $key)) {
        return 'This is the provider secret. Paste the API key that the marketplace shows.';
    }
    if (preg_match('/^[A-Za-z0-9]{64}$/D', $key) !== 1) {
        return 'An API key has 64 letters and digits.';
    }
    $used = STORE . '.used-' . hash('sha256', $given['parameterCacheId']);
    if (@fopen($used, 'x') === false) {
        return 'This activation was used. Begin again in the marketplace.';
    }
    $text = call($given, $key);
    if ($text !== 'active') {
        unlink($used);
    }
    return $text;
}

/** Makes the call; `active`, or what to tell the administrator. */
function call(array $given, string $key): string
{
    $now = time();
    $token = $given['apiToken'];
    $action = ['actionid' => ACTION, 'resourceid' => '', 'resourcetype' => 'unlockProvider',
        'identifier' => '', 'timestamp' => $now, 'hmac_version' => '2',
        'hmac' => base64_encode(hash_hmac('sha256', $now . $token . 'unlockProvider' . ACTION, $key, true)),
        'parameters' => ['parameterCacheId' => $given['parameterCacheId'], 'extendedclaim' => $given['apiClaim']]];
    $http = ['method' => 'POST', 'header' => 'Content-Type: application/json', 'timeout' => 15,
        'follow_location' => 0, 'ignore_errors' => true, 'content' => json_encode(['token' => $token, 'request' => ['actions' => [$action]]])];
    $answer = json_decode((string) @file_get_contents(API, false, stream_context_create(['http' => $http])), true);
    $result = $answer['response']['results'][0] ?? null;
    $status = $result['status'] ?? null;
    if ($status === null) {
        return 'The marketplace does not answer.';
    }
    $done = ($result['data']['records'][0]['elements']['success'] ?? null) === 'success';
    if (($answer['status']['code'] ?? 0) !== 200 || $status['errorcode'] !== 0 || !$done) {
        return "The marketplace refused the API key (error {$status['errorcode']}).";
    }
    remember($given['customerWebId'], $token, $key);
    return 'active';
}

/** Keeps the credentials; a database of yours does it better. */
function remember(string $customer, string $token, string $key): void
{
    umask(0077);
    $file = fopen(STORE, 'c+');
    flock($file, LOCK_EX);
    $known = json_decode((string) stream_get_contents($file), true) ?? [];
    rewind($file);
    ftruncate($file, 0);
    fwrite($file, json_encode([$customer => ['token' => $token, 'key' => $key]] + $known));
    fclose($file);
}

/** Whether a request comes from the page of this provider; browsers say so. */
function own(): bool
{
    $host = '//' . ($_SERVER['HTTP_HOST'] ?? '');
    return ($_SERVER['HTTP_SEC_FETCH_SITE'] ?? 'same-origin') === 'same-origin'
        && str_ends_with($_SERVER['HTTP_ORIGIN'] ?? $host, $host);
}

function answer(int $status, string $text, string $kind = 'text/plain', string $nonce = 'none'): never
{
    http_response_code($status);
    header("Content-Type: $kind; charset=utf-8");
    header('Cache-Control: no-store');
    header('Referrer-Policy: no-referrer');
    header('X-Content-Type-Options: nosniff');
    header_remove('X-Powered-By');
    header("Content-Security-Policy: default-src 'none'; script-src 'nonce-$nonce'; style-src " . MARKETPLACE
        . "; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors " . MARKETPLACE);
    exit($text);
}

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($_SERVER['REQUEST_METHOD'] === 'POST' && $path === '/unlock') {
    own() ?: answer(403, 'This request comes from another page.');
    $sent = json_decode((string) file_get_contents('php://input', length: 65536), true);
    if (!is_string($sent['query'] ?? null) || !is_string($sent['key'] ?? null)) {
        answer(400, 'This request cannot be read.');
    }
    $given = verified($sent['query'], PAGE_LIFETIME) ?? answer(403, 'Open the activation again.');
    answer(200, unlock($given, trim($sent['key'])));
}
$given = $path === parse_url(ADDRESS, PHP_URL_PATH) ? verified($_SERVER['QUERY_STRING'] ?? '', OLDEST) : null;
$given ?? answer(403, 'This page opens from the marketplace only.');
$nonce = base64_encode(random_bytes(18));
$customer = htmlspecialchars($given['customerName']);
[$marketplace, $style] = [MARKETPLACE, STYLE];
answer(200, <<<HTML
<!doctype html><html lang="en"><meta charset="utf-8"><title>Activation</title>
<link rel="stylesheet" href="$marketplace$style">
<form id="unlockForm">
<label class="api-key-label" for="secret">API key for $customer</label>
<div class="api-key-input-outer" id="secretDiv">
<input class="api-key-input" id="secret" autocomplete="off" required aria-describedby="keyProblem"></div>
<button class="unlock-now-button" id="unlockButton">Activate now</button>
<p class="api-key-label" id="keyProblem" role="alert"></p></form>
<div class="unlock-load-spinner" id="spinner" role="status" aria-label="Activating" hidden></div>
<p class="active-label" id="successMessage" hidden>Active</p>
<script nonce="$nonce">
const [form, field, button, problem, success, spinner] = ["unlockForm", "secret", "unlockButton",
  "keyProblem", "successMessage", "spinner"].map((id) => document.getElementById(id));
form.onsubmit = async (event) => {
  event.preventDefault();
  button.disabled = true;
  spinner.hidden = false;
  let text = "The provider does not answer.";
  try {
    const body = JSON.stringify({ query: location.search.slice(1), key: field.value });
    text = await (await fetch("/unlock", { method: "POST", body })).text();
  } catch {}
  form.hidden = text === "active";
  success.hidden = !form.hidden;
  success.style.visibility = "visible";
  problem.textContent = text;
  button.disabled = false;
  spinner.hidden = true;
  parent.postMessage(text, "$marketplace");
};
</script></html>
HTML, 'text/html', $nonce);
