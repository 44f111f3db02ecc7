<?php
// Makes the peer's database: setup.php CREDENTIALS DATABASE

declare(strict_types=1);

[, $credentials, $database] = $argv;
$db = new PDO("sqlite:$database", options: [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
$db->exec('PRAGMA journal_mode = WAL');
$db->exec('CREATE TABLE activations (
    token TEXT PRIMARY KEY, api_key TEXT NOT NULL, cache_id TEXT NOT NULL, claim TEXT NOT NULL,
    stage TEXT NOT NULL, activated_at INTEGER, is_regular_customer INTEGER) WITHOUT ROWID');
$db->exec('CREATE TABLE audit (
    id INTEGER PRIMARY KEY, token TEXT NOT NULL, at INTEGER NOT NULL, event TEXT NOT NULL)');
$insert = $db->prepare("INSERT INTO activations (token, api_key, cache_id, claim, stage)
    VALUES (?, ?, ?, ?, 'pending')");
$db->beginTransaction();
foreach (new SplFileObject($credentials) as $line) {
    if (trim($line) !== '') {
        $one = json_decode($line, true, flags: JSON_THROW_ON_ERROR);
        $insert->execute([$one['token'], $one['key'], $one['cacheId'], $one['claim']]);
    }
}
$db->commit();
