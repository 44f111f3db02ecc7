<?php
// The call in PHP: verifies signature, claim and entry, and unlocks with a commit on disk. The
// connection is kept by the worker, statements are prepared each time, as PDO does it.

declare(strict_types=1);

const ACTION = 'urn:onoffice-de-ns:smart:2.5:smartml:action:do';

function connect(): PDO
{
    $db = new PDO('sqlite:' . getenv('DATABASE'), options: [
        PDO::ATTR_PERSISTENT => true,
        PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
        PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_ASSOC,
    ]);
    $db->exec('PRAGMA synchronous = FULL; PRAGMA busy_timeout = 10000; PRAGMA wal_autocheckpoint = 4000');
    return $db;
}

function unlock(PDO $db, string $token, array $action): int
{
    $db->exec('BEGIN IMMEDIATE');
    try {
        $code = decide($db, $token, $action);
        $db->exec($code === 0 ? 'COMMIT' : 'ROLLBACK');
        return $code;
    } catch (Throwable $problem) {
        $db->exec('ROLLBACK');
        throw $problem;
    }
}

function decide(PDO $db, string $token, array $action): int
{
    $select = $db->prepare('SELECT * FROM activations WHERE token = ?');
    $select->execute([$token]);
    $run = $select->fetch();
    $select->closeCursor();
    if ($run === false) {
        return 22;
    }
    $text = $action['timestamp'] . $token . $action['resourcetype'] . $action['actionid'];
    $hmac = base64_encode(hash_hmac('sha256', $text, $run['api_key'], true));
    if (!hash_equals($hmac, $action['hmac']) || abs(time() - $action['timestamp']) > 3600) {
        return 137;
    }
    $parameters = $action['parameters'];
    if (!hash_equals($run['claim'], $parameters['extendedclaim'])) {
        return 193;
    }
    if ($run['cache_id'] !== $parameters['parameterCacheId'] || $action['actionid'] !== ACTION) {
        return 24;
    }
    if ($run['stage'] === 'pending') {
        $db->prepare("UPDATE activations SET stage = 'active', activated_at = ?, is_regular_customer = ?
            WHERE token = ?")->execute([time(), $parameters['isRegularCustomer'], $token]);
        $db->prepare('INSERT INTO audit (token, at, event) VALUES (?, ?, ?)')
            ->execute([$token, time(), 'unlocked']);
    }
    return 0;
}

$request = json_decode(file_get_contents('php://input'), true, flags: JSON_THROW_ON_ERROR);
$db = connect();
$results = [];
foreach ($request['request']['actions'] as $action) {
    $code = unlock($db, $request['token'], $action);
    $results[] = [
        'actionid' => $action['actionid'],
        'resourceid' => $action['resourceid'],
        'resourcetype' => $action['resourcetype'],
        'identifier' => $action['identifier'],
        'cacheable' => false,
        'data' => [
            'meta' => ['cntabsolute' => null],
            'records' => $code === 0
                ? [['id' => 0, 'type' => '', 'elements' => ['success' => 'success']]]
                : [],
        ],
        'status' => ['errorcode' => $code, 'message' => $code === 0 ? 'OK' : 'error'],
    ];
}
header('Content-Type: application/json; charset=utf-8');
echo json_encode([
    'status' => ['code' => 200, 'errorcode' => 0, 'message' => 'OK'],
    'response' => ['results' => $results],
], JSON_THROW_ON_ERROR);
