-- Which process does the work that goes on by itself, and until when it is nobody else's.
CREATE TABLE leases (
    job     TEXT PRIMARY KEY,
    process BYTEA NOT NULL,
    expires BIGINT NOT NULL
);

-- What has expired is found without reading what has not.
CREATE INDEX parameter_cache_expires ON parameter_cache (expires);
CREATE INDEX used_tickets_expires ON used_tickets (expires);

-- Numbers are given out once by the table of counters. A distributed table can only keep unique what
-- contains the customer.
DROP INDEX transactions_by_id;
CREATE INDEX transactions_by_id ON transactions (transaction_id);
DROP INDEX subscriptions_by_id;
CREATE INDEX subscriptions_by_id ON subscriptions (subscription_id);
