-- What a gateway keeps: who let the provider in, the newest claim of each user, what was ordered,
-- and what the app has still to be told. Tokens, keys and claims are sealed. Times are Unix seconds.

CREATE TABLE customers (
    customer     TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    token_sealed BLOB NOT NULL,
    key_sealed   BLOB NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('active', 'doubtful', 'blocked')),
    state_since  INTEGER NOT NULL,
    activated_at INTEGER NOT NULL,
    activations  INTEGER NOT NULL,
    checked_at   INTEGER NOT NULL
) STRICT;

CREATE INDEX customers_by_check ON customers (checked_at);

CREATE TABLE users (
    customer           TEXT NOT NULL,
    user_id            TEXT NOT NULL,
    group_id           TEXT,
    parameter_cache_id TEXT NOT NULL,
    claim_sealed       BLOB NOT NULL,
    signed_at          INTEGER NOT NULL,
    secret_id          TEXT NOT NULL,
    blocked            INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (customer, user_id)
) STRICT;

-- Unlock calls whose answer is not known yet. What is left of them when the gateway starts is
-- called again: the same values may be sent twice.
CREATE TABLE unlocks (
    launch_id          TEXT PRIMARY KEY,
    customer           TEXT NOT NULL,
    name               TEXT NOT NULL,
    parameter_cache_id TEXT NOT NULL,
    token_sealed       BLOB NOT NULL,
    key_sealed         BLOB NOT NULL,
    claim_sealed       BLOB NOT NULL,
    is_regular         INTEGER NOT NULL,
    signed_at          INTEGER NOT NULL,
    begun_at           INTEGER NOT NULL
) STRICT;

CREATE TABLE used_urls (
    launch_id  TEXT PRIMARY KEY,
    kept_until INTEGER NOT NULL
) STRICT;

CREATE INDEX used_urls_by_end ON used_urls (kept_until);

-- Open service windows. The id that stands in the address is kept as its hash.
CREATE TABLE visits (
    visit_hash TEXT PRIMARY KEY,
    customer   TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    session    TEXT NOT NULL,
    ends_at    INTEGER NOT NULL
) STRICT;

CREATE INDEX visits_by_end ON visits (ends_at);

CREATE TABLE orders (
    order_id        TEXT PRIMARY KEY,
    customer        TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    session         TEXT NOT NULL,
    return_path     TEXT NOT NULL,
    reference       TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('open', 'in_process', 'paid', 'failed')),
    transaction_id  TEXT UNIQUE,
    subscription_id TEXT,
    created_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE events (
    event_id   TEXT PRIMARY KEY,
    body       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    next_at    INTEGER,
    state      TEXT NOT NULL DEFAULT 'waiting'
               CHECK (state IN ('waiting', 'delivered', 'given_up'))
) STRICT;

CREATE INDEX events_due ON events (next_at) WHERE state = 'waiting';
