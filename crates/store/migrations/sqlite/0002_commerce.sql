-- Services, orders, payments, subscriptions, webhooks.
--
-- The customer leads every key. What names only itself on the wire (transactionid, aboid, the
-- link of a subsequent payment) has an index of its own to find its customer. Amounts are cents.

ALTER TABLE services ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
ALTER TABLE providers ADD COLUMN commerce TEXT NOT NULL DEFAULT '{}';

-- The last number that was given out.
CREATE TABLE counters (
    name  TEXT    PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO counters (name, value) VALUES ('transaction', 1100000000), ('subscription', 0);

-- The right to use a provider, where it is not as chosen at the activation.
CREATE TABLE user_rights (
    customer_id INTEGER NOT NULL,
    provider_id INTEGER NOT NULL,
    user_id     INTEGER NOT NULL,
    given       INTEGER NOT NULL,
    PRIMARY KEY (customer_id, provider_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE pay_accounts (
    customer_id INTEGER NOT NULL REFERENCES customers,
    kind        TEXT    NOT NULL CHECK (kind IN ('client', 'group', 'user')),
    number      INTEGER NOT NULL,
    contact     TEXT    NOT NULL,
    users       TEXT    NOT NULL,
    PRIMARY KEY (customer_id, kind, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE payment_methods (
    customer_id INTEGER NOT NULL,
    method_id   INTEGER NOT NULL,
    kind        TEXT    NOT NULL,
    number      INTEGER NOT NULL,
    means       TEXT    NOT NULL CHECK (means IN ('card', 'debit')),
    token       TEXT    NOT NULL,
    label       TEXT    NOT NULL,
    PRIMARY KEY (customer_id, method_id),
    FOREIGN KEY (customer_id, kind, number) REFERENCES pay_accounts
) STRICT, WITHOUT ROWID;

CREATE TABLE orders (
    customer_id        INTEGER NOT NULL REFERENCES customers,
    order_id           BLOB    NOT NULL,
    provider_id        INTEGER NOT NULL REFERENCES providers,
    user_id            INTEGER NOT NULL,
    activation_id      BLOB,
    parameter_cache_id BLOB,
    intent             TEXT,
    callback           TEXT,
    of_transaction     INTEGER,
    goods              TEXT    NOT NULL,
    amount             INTEGER NOT NULL CHECK (amount > 0),
    placed_at          INTEGER NOT NULL,
    expires            INTEGER NOT NULL,
    stage              TEXT    NOT NULL,
    transaction_id     INTEGER,
    PRIMARY KEY (customer_id, order_id),
    CHECK ((intent IS NULL) = (of_transaction IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- One order of one intent, whatever races.
CREATE UNIQUE INDEX orders_intent ON orders (customer_id, provider_id, intent);

-- Links of subsequent payments; only a digest of the link's token is kept.
CREATE TABLE payment_links (
    token_digest BLOB    PRIMARY KEY,
    customer_id  INTEGER NOT NULL,
    order_id     BLOB    NOT NULL,
    FOREIGN KEY (customer_id, order_id) REFERENCES orders
) STRICT, WITHOUT ROWID;

CREATE TABLE subscriptions (
    customer_id     INTEGER NOT NULL,
    subscription_id INTEGER NOT NULL,
    order_id        BLOB    NOT NULL,
    provider_id     INTEGER NOT NULL,
    monthly         INTEGER NOT NULL CHECK (monthly > 0),
    means           TEXT    NOT NULL CHECK (means IN ('card', 'debit', 'directly')),
    method_id       INTEGER,
    token           TEXT,
    label           TEXT,
    begun_at        INTEGER,
    billed          INTEGER NOT NULL,
    until           TEXT,
    next_due        INTEGER,
    PRIMARY KEY (customer_id, subscription_id),
    UNIQUE (customer_id, order_id),
    FOREIGN KEY (customer_id, order_id) REFERENCES orders
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX subscriptions_by_id ON subscriptions (subscription_id);
CREATE INDEX subscriptions_due ON subscriptions (next_due) WHERE next_due IS NOT NULL;

CREATE TABLE transactions (
    customer_id    INTEGER NOT NULL,
    transaction_id INTEGER NOT NULL,
    order_id       BLOB    NOT NULL,
    provider_id    INTEGER NOT NULL,
    kind           TEXT    NOT NULL CHECK (kind IN ('payment', 'instalment', 'refund')),
    number         INTEGER NOT NULL,
    amount         INTEGER NOT NULL CHECK (amount > 0),
    fee            INTEGER NOT NULL,
    means          TEXT    NOT NULL CHECK (means IN ('card', 'debit', 'directly')),
    method_id      INTEGER,
    token          TEXT,
    label          TEXT,
    reference      TEXT    NOT NULL,
    begun_at       INTEGER NOT NULL,
    heard          INTEGER NOT NULL,
    stage          TEXT    NOT NULL,
    stage_at       INTEGER,
    reason         TEXT,
    refund         INTEGER,
    PRIMARY KEY (customer_id, transaction_id),
    FOREIGN KEY (customer_id, order_id) REFERENCES orders
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX transactions_by_id ON transactions (transaction_id);
CREATE INDEX transactions_by_order ON transactions (customer_id, order_id);
CREATE INDEX transactions_by_method ON transactions (customer_id, method_id, begun_at);
CREATE INDEX transactions_by_provider ON transactions (provider_id, transaction_id);

-- The ledger. The rows of one entry add up to zero.
CREATE TABLE postings (
    customer_id    INTEGER NOT NULL,
    transaction_id INTEGER NOT NULL,
    entry          INTEGER NOT NULL,
    account        TEXT    NOT NULL CHECK (account IN ('customer', 'clearing', 'wallet', 'fees')),
    party          INTEGER NOT NULL,
    at             INTEGER NOT NULL,
    stage          TEXT    NOT NULL,
    amount         INTEGER NOT NULL,
    PRIMARY KEY (customer_id, transaction_id, entry, account, party),
    FOREIGN KEY (customer_id, transaction_id) REFERENCES transactions
) STRICT, WITHOUT ROWID;

CREATE INDEX postings_by_account ON postings (account, party);

-- What has happened to an order, in the transaction that made it happen.
CREATE TABLE order_history (
    customer_id    INTEGER NOT NULL,
    order_id       BLOB    NOT NULL,
    seq            INTEGER NOT NULL,
    at             INTEGER NOT NULL,
    transaction_id INTEGER,
    stage          TEXT    NOT NULL,
    PRIMARY KEY (customer_id, order_id, seq),
    FOREIGN KEY (customer_id, order_id) REFERENCES orders
) STRICT, WITHOUT ROWID;

-- What the bank is to do. Each task of a transaction is there once.
CREATE TABLE bank_commands (
    customer_id    INTEGER NOT NULL,
    transaction_id INTEGER NOT NULL,
    order_id       BLOB    NOT NULL,
    task           TEXT    NOT NULL,
    token          TEXT    NOT NULL,
    amount         INTEGER NOT NULL,
    at             INTEGER NOT NULL,
    done           INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (customer_id, transaction_id, task),
    FOREIGN KEY (customer_id, transaction_id) REFERENCES transactions
) STRICT, WITHOUT ROWID;

CREATE INDEX bank_commands_open ON bank_commands (customer_id, order_id) WHERE NOT done;

-- What the bank will say.
CREATE TABLE bank_notifications (
    customer_id    INTEGER NOT NULL,
    transaction_id INTEGER NOT NULL,
    seq            INTEGER NOT NULL,
    order_id       BLOB    NOT NULL,
    number         INTEGER NOT NULL,
    due            INTEGER NOT NULL,
    event          TEXT    NOT NULL,
    reason         TEXT,
    heard          INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (customer_id, transaction_id, seq),
    FOREIGN KEY (customer_id, transaction_id) REFERENCES transactions
) STRICT, WITHOUT ROWID;

CREATE INDEX bank_notifications_due ON bank_notifications (due) WHERE NOT heard;
CREATE INDEX bank_notifications_by_order ON bank_notifications (customer_id, order_id, due)
    WHERE NOT heard;

-- Properties, addresses and so on, as the sandbox has them.
CREATE TABLE records (
    customer_id INTEGER NOT NULL REFERENCES customers,
    module      TEXT    NOT NULL CHECK (module IN ('estate', 'address', 'task', 'calendar')),
    record_id   INTEGER NOT NULL,
    fields      TEXT    NOT NULL,
    PRIMARY KEY (customer_id, module, record_id)
) STRICT, WITHOUT ROWID;

-- Calls that are to reach a provider's server.
CREATE TABLE deliveries (
    customer_id  INTEGER NOT NULL REFERENCES customers,
    delivery_id  BLOB    NOT NULL,
    provider_id  INTEGER NOT NULL REFERENCES providers,
    service      TEXT,
    user_id      INTEGER,
    module       TEXT,
    record_id    INTEGER,
    order_id     BLOB,
    since        INTEGER NOT NULL,
    attempts     INTEGER NOT NULL,
    stage        TEXT    NOT NULL CHECK (stage IN ('waiting', 'delivered', 'dead')),
    stage_at     INTEGER NOT NULL,
    leased_until INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (customer_id, delivery_id),
    CHECK ((order_id IS NULL) = (service IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX deliveries_due ON deliveries (stage_at) WHERE stage = 'waiting';

CREATE TABLE delivery_attempts (
    customer_id INTEGER NOT NULL,
    delivery_id BLOB    NOT NULL,
    attempt     INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    status      INTEGER,
    problem     TEXT,
    PRIMARY KEY (customer_id, delivery_id, attempt),
    FOREIGN KEY (customer_id, delivery_id) REFERENCES deliveries
) STRICT, WITHOUT ROWID;
