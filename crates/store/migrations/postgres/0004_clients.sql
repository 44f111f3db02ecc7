-- The clients in which providers see what they have sold, and API users that no activation made.

CREATE TABLE provider_clients (
    provider_id BIGINT PRIMARY KEY REFERENCES providers,
    customer_id BIGINT NOT NULL UNIQUE REFERENCES customers
);

-- Found by token alone, as api_users: a call names nothing else.
CREATE TABLE ordinary_api_users (
    api_token   TEXT    PRIMARY KEY,
    customer_id BIGINT NOT NULL REFERENCES customers,
    name        TEXT    NOT NULL,
    key_sealed  BYTEA    NOT NULL
);
