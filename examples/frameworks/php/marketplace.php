<?php
// What the PHP providers of this folder share: settings, and the signature over a raw query.
declare(strict_types=1);

const YOUNGEST = -120; // seconds; how old a signed URL may be
const OLDEST = 300;
define('SECRET', getenv('PROVIDER_SECRET') ?: exit('PROVIDER_SECRET is missing'));
define('ADDRESS', getenv('ADDRESS')); // the registered activation URL, without its query
define('MARKETPLACE', getenv('MARKETPLACE')); // scheme, host and port of its pages; several with spaces between

// What a cookie needs in a frame of another site. setcookie() knows Partitioned from PHP 8.5 on.
const COOKIE = 'Path=/; Secure; HttpOnly; SameSite=None; Partitioned';
define('HEADERS', [
    'Cache-Control' => 'no-store',
    'Content-Security-Policy' => "default-src 'none'; frame-ancestors " . MARKETPLACE,
    'Referrer-Policy' => 'no-referrer',
    'X-Content-Type-Options' => 'nosniff',
]);

/** The parameters of a raw query that the marketplace has signed lately; otherwise null. */
function verified(string $query): ?array
{
    parse_str($query, $given);
    $signature = is_string($given['signature'] ?? null) ? $given['signature'] : '';
    unset($given['signature']);
    ksort($given);
    // Newer versions of the marketplace sign the port, older ones leave it out.
    $parts = parse_url(ADDRESS);
    $genuine = false;
    foreach ([ADDRESS, "{$parts['scheme']}://{$parts['host']}{$parts['path']}"] as $address) {
        $expected = hash_hmac('sha256', $address . '?' . http_build_query($given), SECRET);
        $genuine = hash_equals($expected, $signature) || $genuine;
    }
    $timestamp = is_string($given['timestamp'] ?? null) ? $given['timestamp'] : '';
    if (!$genuine || preg_match('/^\d{1,11}$/D', $timestamp) !== 1) {
        return null;
    }
    $age = time() - (int) $timestamp;
    return YOUNGEST <= $age && $age <= OLDEST ? $given : null;
}

function page(array $given): string
{
    return '<!doctype html><p>Hello ' . htmlspecialchars($given['customerName']);
}

function session_cookie(): string
{
    return 'session=' . bin2hex(random_bytes(16)) . '; ' . COOKIE;
}
