-- Stores the tables on the path of a call in eight parts by customer, on a database that a first
-- start has just made and that is still empty. docs/scaling.md says what for.

DROP TABLE api_users, parameter_cache, audit;
ALTER TABLE activations RENAME TO activations_whole;

CREATE TABLE activations (
    LIKE activations_whole INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
    PRIMARY KEY (customer_id, activation_id),
    FOREIGN KEY (customer_id) REFERENCES customers,
    FOREIGN KEY (provider_id) REFERENCES providers
) PARTITION BY HASH (customer_id);

CREATE TABLE parameter_cache (
    customer_id        BIGINT NOT NULL,
    parameter_cache_id BYTEA NOT NULL,
    activation_id      BYTEA NOT NULL,
    user_id            BIGINT NOT NULL,
    expires            BIGINT NOT NULL,
    PRIMARY KEY (customer_id, parameter_cache_id),
    FOREIGN KEY (customer_id, activation_id) REFERENCES activations
) PARTITION BY HASH (customer_id);

CREATE TABLE audit (
    customer_id   BIGINT NOT NULL,
    activation_id BYTEA NOT NULL,
    seq           BIGINT NOT NULL,
    at            BIGINT NOT NULL,
    actor         TEXT NOT NULL,
    event         TEXT NOT NULL,
    PRIMARY KEY (customer_id, activation_id, seq)
) PARTITION BY HASH (customer_id);

-- By token, since a call names nothing else.
CREATE TABLE api_users (
    api_token     TEXT PRIMARY KEY,
    customer_id   BIGINT NOT NULL,
    activation_id BYTEA NOT NULL
) PARTITION BY HASH (api_token);

DO $$
BEGIN
    FOR part IN 0..7 LOOP
        EXECUTE format('CREATE TABLE activations_%s PARTITION OF activations
            FOR VALUES WITH (MODULUS 8, REMAINDER %s) WITH (fillfactor = 80)', part, part);
        EXECUTE format('CREATE TABLE parameter_cache_%s PARTITION OF parameter_cache
            FOR VALUES WITH (MODULUS 8, REMAINDER %s)', part, part);
        EXECUTE format('CREATE TABLE audit_%s PARTITION OF audit
            FOR VALUES WITH (MODULUS 8, REMAINDER %s)', part, part);
        EXECUTE format('CREATE TABLE api_users_%s PARTITION OF api_users
            FOR VALUES WITH (MODULUS 8, REMAINDER %s)', part, part);
    END LOOP;
END $$;

DROP TABLE activations_whole;

CREATE UNIQUE INDEX activations_live ON activations (customer_id, provider_id)
    WHERE ended_at IS NULL;
CREATE INDEX activations_by_id ON activations (activation_id);
CREATE INDEX parameter_cache_expires ON parameter_cache (expires);
