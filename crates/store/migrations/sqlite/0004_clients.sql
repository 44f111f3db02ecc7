-- The clients in which providers see what they have sold, and API users that no activation made.

CREATE TABLE provider_clients (
    provider_id INTEGER PRIMARY KEY REFERENCES providers,
    customer_id INTEGER NOT NULL UNIQUE REFERENCES customers
) STRICT;

-- Found by token alone, as api_users: a call names nothing else.
CREATE TABLE ordinary_api_users (
    api_token   TEXT    PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers,
    name        TEXT    NOT NULL,
    key_sealed  BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
