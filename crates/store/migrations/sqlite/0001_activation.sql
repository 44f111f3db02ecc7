-- Customers, providers and activations.
--
-- Tables on the path of an unlock have the customer as the leading part of their key, so that they
-- can be distributed by customer. Only api_users is found by token, because a call names nothing
-- else. Times are Unix seconds, ids of runs are 16 bytes of a time-ordered UUID.

CREATE TABLE customers (
    customer_id INTEGER PRIMARY KEY,
    slug        TEXT    NOT NULL UNIQUE,
    name        TEXT    NOT NULL,
    web_id      TEXT    NOT NULL UNIQUE,
    active      INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE customer_groups (
    customer_id INTEGER NOT NULL REFERENCES customers,
    group_id    INTEGER NOT NULL,
    name        TEXT    NOT NULL,
    PRIMARY KEY (customer_id, group_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    customer_id   INTEGER NOT NULL REFERENCES customers,
    user_id       INTEGER NOT NULL,
    name          TEXT    NOT NULL,
    administrator INTEGER NOT NULL,
    group_id      INTEGER,
    language      TEXT    NOT NULL CHECK (language IN ('de', 'en')),
    active        INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (customer_id, user_id),
    FOREIGN KEY (customer_id, group_id) REFERENCES customer_groups
) STRICT, WITHOUT ROWID;

CREATE TABLE providers (
    provider_id    INTEGER PRIMARY KEY,
    slug           TEXT NOT NULL UNIQUE,
    name           TEXT NOT NULL,
    activation_url TEXT NOT NULL,
    keep_port      INTEGER NOT NULL DEFAULT 0,
    profile        TEXT NOT NULL,
    secret_sealed  BLOB NOT NULL
) STRICT;

CREATE TABLE services (
    provider_id INTEGER NOT NULL REFERENCES providers,
    position    INTEGER NOT NULL,
    slug        TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    kind        TEXT    NOT NULL CHECK (kind IN ('window', 'webhook')),
    url         TEXT    NOT NULL,
    PRIMARY KEY (provider_id, position),
    UNIQUE (provider_id, slug)
) STRICT, WITHOUT ROWID;

CREATE TABLE activations (
    customer_id         INTEGER NOT NULL REFERENCES customers,
    activation_id       BLOB    NOT NULL,
    provider_id         INTEGER NOT NULL REFERENCES providers,
    opened_by           INTEGER NOT NULL,
    opened_at           INTEGER NOT NULL,
    stage               TEXT    NOT NULL
                        CHECK (stage IN ('terms_accepted', 'pending', 'active', 'ended')),
    audience            TEXT    CHECK (audience IN ('all_users', 'administrators')),
    api_token           TEXT,
    api_key_sealed      BLOB,
    parameter_cache_id  BLOB,
    entry_expires       INTEGER,
    chosen_at           INTEGER,
    activated_at        INTEGER,
    is_regular_customer INTEGER,
    ended_at            INTEGER,
    end_reason          TEXT    CHECK (end_reason IN ('blocked', 'superseded')),
    PRIMARY KEY (customer_id, activation_id),
    CHECK ((stage = 'ended') = (ended_at IS NOT NULL)),
    CHECK (stage <> 'ended' OR api_key_sealed IS NULL),
    CHECK (stage NOT IN ('pending', 'active') OR api_key_sealed IS NOT NULL),
    CHECK (stage <> 'active' OR activated_at IS NOT NULL)
) STRICT, WITHOUT ROWID;

-- At most one run of a provider is live in a customer, whatever races.
CREATE UNIQUE INDEX activations_live ON activations (customer_id, provider_id)
    WHERE stage <> 'ended';

-- For the management API, which names a run by its id alone.
CREATE UNIQUE INDEX activations_by_id ON activations (activation_id);

CREATE TABLE api_users (
    api_token     TEXT    PRIMARY KEY,
    customer_id   INTEGER NOT NULL,
    activation_id BLOB    NOT NULL,
    FOREIGN KEY (customer_id, activation_id) REFERENCES activations
) STRICT, WITHOUT ROWID;

-- Entries made for service calls; the entry of an activation stands in its own row.
CREATE TABLE parameter_cache (
    customer_id        INTEGER NOT NULL,
    parameter_cache_id BLOB    NOT NULL,
    activation_id      BLOB    NOT NULL,
    user_id            INTEGER NOT NULL,
    expires            INTEGER NOT NULL,
    PRIMARY KEY (customer_id, parameter_cache_id),
    FOREIGN KEY (customer_id, activation_id) REFERENCES activations
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    customer_id   INTEGER NOT NULL,
    activation_id BLOB    NOT NULL,
    seq           INTEGER NOT NULL,
    at            INTEGER NOT NULL,
    actor         TEXT    NOT NULL,
    event         TEXT    NOT NULL,
    PRIMARY KEY (customer_id, activation_id, seq),
    FOREIGN KEY (customer_id, activation_id) REFERENCES activations
) STRICT, WITHOUT ROWID;

-- Sign-in tickets that were used, until they would have expired anyway.
CREATE TABLE used_tickets (
    ticket_id BLOB    PRIMARY KEY,
    expires   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One row about the installation itself: whether the sandbox made it, and a known text under the
-- encryption key, so that a wrong key is noticed at the start.
CREATE TABLE installation (
    id        INTEGER PRIMARY KEY CHECK (id = 1),
    kind      TEXT    NOT NULL CHECK (kind IN ('sandbox', 'production')),
    key_check BLOB    NOT NULL
) STRICT;
