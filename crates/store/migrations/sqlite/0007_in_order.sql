-- Runs are stored in the order in which they began. Those that wait for their unlock began lately:
-- side by side they share pages, which are in memory, and an unlock no longer costs a page of its
-- own somewhere among all runs that ever were.
--
-- Foreign keys are off while migrations run. Those to this table name its columns from now on,
-- because they are no longer its primary key.

CREATE TABLE activations_in_order (
    customer_id         INTEGER NOT NULL REFERENCES customers,
    activation_id       BLOB    NOT NULL,
    provider_id         INTEGER NOT NULL REFERENCES providers,
    opened_by           INTEGER NOT NULL,
    opened_at           INTEGER NOT NULL,
    -- For a list of more than two, SQLite makes a table each time that a row is checked.
    stage               TEXT    NOT NULL
                        CHECK (stage = 'terms_accepted' OR stage = 'pending' OR stage = 'active'
                               OR stage = 'ended'),
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
    PRIMARY KEY (activation_id),
    CHECK ((stage = 'ended') = (ended_at IS NOT NULL)),
    CHECK (stage <> 'ended' OR api_key_sealed IS NULL),
    CHECK (stage NOT IN ('pending', 'active') OR api_key_sealed IS NOT NULL),
    CHECK (stage <> 'active' OR activated_at IS NOT NULL)
) STRICT, WITHOUT ROWID;

INSERT INTO activations_in_order (
    customer_id, activation_id, provider_id, opened_by, opened_at, stage, audience, api_token,
    api_key_sealed, parameter_cache_id, entry_expires, chosen_at, activated_at,
    is_regular_customer, ended_at, end_reason
)
SELECT
    customer_id, activation_id, provider_id, opened_by, opened_at, stage, audience, api_token,
    api_key_sealed, parameter_cache_id, entry_expires, chosen_at, activated_at,
    is_regular_customer, ended_at, end_reason
FROM activations ORDER BY activation_id;

DROP TABLE activations;
ALTER TABLE activations_in_order RENAME TO activations;

-- A customer's runs, and what foreign keys look at.
CREATE UNIQUE INDEX activations_of_customer ON activations (customer_id, activation_id);

-- At most one run of a provider is live in a customer, whatever races.
CREATE UNIQUE INDEX activations_live ON activations (customer_id, provider_id)
    WHERE ended_at IS NULL;

CREATE TABLE api_users_new (
    api_token     TEXT    PRIMARY KEY,
    customer_id   INTEGER NOT NULL,
    activation_id BLOB    NOT NULL,
    FOREIGN KEY (customer_id, activation_id) REFERENCES activations (customer_id, activation_id)
) STRICT, WITHOUT ROWID;

INSERT INTO api_users_new (api_token, customer_id, activation_id)
SELECT api_token, customer_id, activation_id FROM api_users ORDER BY api_token;

DROP TABLE api_users;
ALTER TABLE api_users_new RENAME TO api_users;

CREATE TABLE parameter_cache_new (
    customer_id        INTEGER NOT NULL,
    parameter_cache_id BLOB    NOT NULL,
    activation_id      BLOB    NOT NULL,
    user_id            INTEGER NOT NULL,
    expires            INTEGER NOT NULL,
    PRIMARY KEY (customer_id, parameter_cache_id),
    FOREIGN KEY (customer_id, activation_id) REFERENCES activations (customer_id, activation_id)
) STRICT, WITHOUT ROWID;

INSERT INTO parameter_cache_new
    (customer_id, parameter_cache_id, activation_id, user_id, expires)
SELECT customer_id, parameter_cache_id, activation_id, user_id, expires FROM parameter_cache;

DROP TABLE parameter_cache;
ALTER TABLE parameter_cache_new RENAME TO parameter_cache;
CREATE INDEX parameter_cache_expires ON parameter_cache (expires);

CREATE TABLE audit_new (
    customer_id   INTEGER NOT NULL,
    activation_id BLOB    NOT NULL,
    seq           INTEGER NOT NULL,
    at            INTEGER NOT NULL,
    actor         TEXT    NOT NULL,
    event         TEXT    NOT NULL,
    PRIMARY KEY (customer_id, activation_id, seq),
    FOREIGN KEY (customer_id, activation_id) REFERENCES activations (customer_id, activation_id)
) STRICT, WITHOUT ROWID;

INSERT INTO audit_new (customer_id, activation_id, seq, at, actor, event)
SELECT customer_id, activation_id, seq, at, actor, event FROM audit;

DROP TABLE audit;
ALTER TABLE audit_new RENAME TO audit;
