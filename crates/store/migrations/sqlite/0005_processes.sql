-- Which process does the work that goes on by itself, and until when it is nobody else's.
CREATE TABLE leases (
    job     TEXT PRIMARY KEY,
    process BLOB NOT NULL,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What has expired is found without reading what has not.
CREATE INDEX parameter_cache_expires ON parameter_cache (expires);
CREATE INDEX used_tickets_expires ON used_tickets (expires);
