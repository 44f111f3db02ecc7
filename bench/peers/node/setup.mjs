// Makes the peer's database: setup.mjs CREDENTIALS DATABASE

import { readFileSync } from "node:fs";
import Database from "libsql";

const [credentials, database] = process.argv.slice(2);
const db = new Database(database);
db.pragma("journal_mode = WAL");
db.exec(`CREATE TABLE activations (
    token TEXT PRIMARY KEY, api_key TEXT NOT NULL, cache_id TEXT NOT NULL, claim TEXT NOT NULL,
    stage TEXT NOT NULL, activated_at INTEGER, is_regular_customer INTEGER) WITHOUT ROWID`);
db.exec(`CREATE TABLE audit (
    id INTEGER PRIMARY KEY, token TEXT NOT NULL, at INTEGER NOT NULL, event TEXT NOT NULL)`);
const insert = db.prepare(`INSERT INTO activations (token, api_key, cache_id, claim, stage)
    VALUES (?, ?, ?, ?, 'pending')`);
db.transaction(() => {
  for (const line of readFileSync(credentials, "utf8").split("\n")) {
    if (line.trim() === "") continue;
    const one = JSON.parse(line);
    insert.run(one.token, one.key, one.cacheId, one.claim);
  }
})();
db.close();
