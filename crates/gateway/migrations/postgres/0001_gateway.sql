-- What a gateway keeps: who let the provider in, the newest claim of each user, what was ordered,
-- and what the app has still to be told. Tokens, keys and claims are sealed. Times are Unix seconds.

CREATE TABLE customers (
    customer     TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    token_sealed BYTEA NOT NULL,
    key_sealed   BYTEA NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('active', 'doubtful', 'blocked')),
    state_since  BIGINT NOT NULL,
    activated_at BIGINT NOT NULL,
    activations  BIGINT NOT NULL,
    checked_at   BIGINT NOT NULL
);

CREATE INDEX customers_by_check ON customers (checked_at);

CREATE TABLE users (
    customer           TEXT NOT NULL,
    user_id            TEXT NOT NULL,
    group_id           TEXT,
    parameter_cache_id TEXT NOT NULL,
    claim_sealed       BYTEA NOT NULL,
    signed_at          BIGINT NOT NULL,
    secret_id          TEXT NOT NULL,
    blocked            BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (customer, user_id)
);

-- Unlock calls whose answer is not known yet. What is left of them when the gateway starts is
-- called again: the same values may be sent twice.
CREATE TABLE unlocks (
    launch_id          TEXT PRIMARY KEY,
    customer           TEXT NOT NULL,
    name               TEXT NOT NULL,
    parameter_cache_id TEXT NOT NULL,
    token_sealed       BYTEA NOT NULL,
    key_sealed         BYTEA NOT NULL,
    claim_sealed       BYTEA NOT NULL,
    is_regular         BOOLEAN NOT NULL,
    signed_at          BIGINT NOT NULL,
    begun_at           BIGINT NOT NULL
);

CREATE TABLE used_urls (
    launch_id  TEXT PRIMARY KEY,
    kept_until BIGINT NOT NULL
);

CREATE INDEX used_urls_by_end ON used_urls (kept_until);

-- Open service windows. The id that stands in the address is kept as its hash.
CREATE TABLE visits (
    visit_hash TEXT PRIMARY KEY,
    customer   TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    session    TEXT NOT NULL,
    ends_at    BIGINT NOT NULL
);

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
    created_at      BIGINT NOT NULL
);

CREATE TABLE events (
    event_id   TEXT PRIMARY KEY,
    body       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    attempts   BIGINT NOT NULL DEFAULT 0,
    next_at    BIGINT,
    state      TEXT NOT NULL DEFAULT 'waiting'
               CHECK (state IN ('waiting', 'delivered', 'given_up'))
);

CREATE INDEX events_due ON events (next_at) WHERE state = 'waiting';
