-- What two processes on one database must not do at the same time, and what has to outlive one.

-- When an event was taken to be sent, and not yet confirmed or postponed.
ALTER TABLE events ADD COLUMN taken_at INTEGER;

-- Until when an unlock call is under way; nobody else makes it meanwhile.
ALTER TABLE unlocks ADD COLUMN busy_until INTEGER NOT NULL DEFAULT 0;

-- Activation URLs whose page was opened in time; the page may be used for longer.
CREATE TABLE opened_urls (
    launch_id  TEXT PRIMARY KEY,
    kept_until INTEGER NOT NULL
) STRICT;

CREATE INDEX opened_urls_by_end ON opened_urls (kept_until);

CREATE INDEX orders_by_age ON orders (created_at);
