-- Services, orders, payments, subscriptions, webhooks.
--
-- The customer leads every key. What names only itself on the wire (transactionid, aboid, the
-- link of a subsequent payment) has an index of its own to find its customer. Amounts are cents.

ALTER TABLE services ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
ALTER TABLE providers ADD COLUMN commerce TEXT NOT NULL DEFAULT '{}';

-- The last number that was given out.
CREATE TABLE counters (
    name  TEXT    PRIMARY KEY,
    value BIGINT  NOT NULL
);

INSERT INTO counters (name, value) VALUES ('transaction', 1100000000), ('subscription', 0);

-- The right to use a provider, where it is not as chosen at the activation.
CREATE TABLE user_rights (
    customer_id BIGINT  NOT NULL,
    provider_id BIGINT  NOT NULL,
    user_id     BIGINT  NOT NULL,
    given       BOOLEAN NOT NULL,
    PRIMARY KEY (customer_id, provider_id, user_id)
);

CREATE TABLE pay_accounts (
    customer_id BIGINT  NOT NULL REFERENCES customers,
    kind        TEXT    NOT NULL CHECK (kind IN ('client', 'group', 'user')),
    number      BIGINT  NOT NULL,
    contact     TEXT    NOT NULL,
    users       TEXT    NOT NULL,
    PRIMARY KEY (customer_id, kind, number)
);

CREATE TABLE payment_methods (
    customer_id BIGINT  NOT NULL,
    method_id   BIGINT  NOT NULL,
    kind        TEXT    NOT NULL,
    number      BIGINT  NOT NULL,
    means       TEXT    NOT NULL CHECK (means IN ('card', 'debit')),
    token       TEXT    NOT NULL,
    label       TEXT    NOT NULL,
    PRIMARY KEY (customer_id, method_id),
    FOREIGN KEY (customer_id, kind, number) REFERENCES pay_accounts
);

CREATE TABLE orders (
    customer_id        BIGINT  NOT NULL REFERENCES customers,
    order_id           BYTEA   NOT NULL,
    provider_id        BIGINT  NOT NULL REFERENCES providers,
    user_id            BIGINT  NOT NULL,
    activation_id      BYTEA,
    parameter_cache_id BYTEA,
    intent             TEXT,
    callback           TEXT,
    of_transaction     BIGINT,
    goods              TEXT    NOT NULL,
    amount             BIGINT  NOT NULL CHECK (amount > 0),
    placed_at          BIGINT  NOT NULL,
    expires            BIGINT  NOT NULL,
    stage              TEXT    NOT NULL,
    transaction_id     BIGINT,
    PRIMARY KEY (customer_id, order_id),
    CHECK ((intent IS NULL) = (of_transaction IS NOT NULL))
);

-- One order of one intent, whatever races.
CREATE UNIQUE INDEX orders_intent ON orders (customer_id, provider_id, intent);

-- Links of subsequent payments; only a digest of the link's token is kept.
CREATE TABLE payment_links (
    token_digest BYTEA   PRIMARY KEY,
    customer_id  BIGINT  NOT NULL,
    order_id     BYTEA   NOT NULL,
    FOREIGN KEY (customer_id, order_id) REFERENCES orders
);

CREATE TABLE subscriptions (
    customer_id     BIGINT  NOT NULL,
    subscription_id BIGINT  NOT NULL,
    order_id        BYTEA   NOT NULL,
    provider_id     BIGINT  NOT NULL,
    monthly         BIGINT  NOT NULL CHECK (monthly > 0),
    means           TEXT    NOT NULL CHECK (means IN ('card', 'debit', 'directly')),
    method_id       BIGINT,
    token           TEXT,
    label           TEXT,
    begun_at        BIGINT,
    billed          BIGINT  NOT NULL,
    until           TEXT,
    next_due        BIGINT,
    PRIMARY KEY (customer_id, subscription_id),
    UNIQUE (customer_id, order_id),
    FOREIGN KEY (customer_id, order_id) REFERENCES orders
);

CREATE UNIQUE INDEX subscriptions_by_id ON subscriptions (subscription_id);
CREATE INDEX subscriptions_due ON subscriptions (next_due) WHERE next_due IS NOT NULL;

CREATE TABLE transactions (
    customer_id    BIGINT  NOT NULL,
    transaction_id BIGINT  NOT NULL,
    order_id       BYTEA   NOT NULL,
    provider_id    BIGINT  NOT NULL,
    kind           TEXT    NOT NULL CHECK (kind IN ('payment', 'instalment', 'refund')),
    number         BIGINT  NOT NULL,
    amount         BIGINT  NOT NULL CHECK (amount > 0),
    fee            BIGINT  NOT NULL,
    means          TEXT    NOT NULL CHECK (means IN ('card', 'debit', 'directly')),
    method_id      BIGINT,
    token          TEXT,
    label          TEXT,
    reference      TEXT    NOT NULL,
    begun_at       BIGINT  NOT NULL,
    heard          BIGINT  NOT NULL,
    stage          TEXT    NOT NULL,
    stage_at       BIGINT,
    reason         TEXT,
    refund         BIGINT,
    PRIMARY KEY (customer_id, transaction_id),
    FOREIGN KEY (customer_id, order_id) REFERENCES orders
);

CREATE UNIQUE INDEX transactions_by_id ON transactions (transaction_id);
CREATE INDEX transactions_by_order ON transactions (customer_id, order_id);
CREATE INDEX transactions_by_method ON transactions (customer_id, method_id, begun_at);
CREATE INDEX transactions_by_provider ON transactions (provider_id, transaction_id);

-- The ledger. The rows of one entry add up to zero.
CREATE TABLE postings (
    customer_id    BIGINT  NOT NULL,
    transaction_id BIGINT  NOT NULL,
    entry          BIGINT  NOT NULL,
    account        TEXT    NOT NULL CHECK (account IN ('customer', 'clearing', 'wallet', 'fees')),
    party          BIGINT  NOT NULL,
    at             BIGINT  NOT NULL,
    stage          TEXT    NOT NULL,
    amount         BIGINT  NOT NULL,
    PRIMARY KEY (customer_id, transaction_id, entry, account, party),
    FOREIGN KEY (customer_id, transaction_id) REFERENCES transactions
);

CREATE INDEX postings_by_account ON postings (account, party);

-- What has happened to an order, in the transaction that made it happen.
CREATE TABLE order_history (
    customer_id    BIGINT  NOT NULL,
    order_id       BYTEA   NOT NULL,
    seq            BIGINT  NOT NULL,
    at             BIGINT  NOT NULL,
    transaction_id BIGINT,
    stage          TEXT    NOT NULL,
    PRIMARY KEY (customer_id, order_id, seq),
    FOREIGN KEY (customer_id, order_id) REFERENCES orders
);

-- What the bank is to do. Each task of a transaction is there once.
CREATE TABLE bank_commands (
    customer_id    BIGINT  NOT NULL,
    transaction_id BIGINT  NOT NULL,
    order_id       BYTEA   NOT NULL,
    task           TEXT    NOT NULL,
    token          TEXT    NOT NULL,
    amount         BIGINT  NOT NULL,
    at             BIGINT  NOT NULL,
    done           BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (customer_id, transaction_id, task),
    FOREIGN KEY (customer_id, transaction_id) REFERENCES transactions
);

CREATE INDEX bank_commands_open ON bank_commands (customer_id, order_id) WHERE NOT done;

-- What the bank will say.
CREATE TABLE bank_notifications (
    customer_id    BIGINT  NOT NULL,
    transaction_id BIGINT  NOT NULL,
    seq            BIGINT  NOT NULL,
    order_id       BYTEA   NOT NULL,
    number         BIGINT  NOT NULL,
    due            BIGINT  NOT NULL,
    event          TEXT    NOT NULL,
    reason         TEXT,
    heard          BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (customer_id, transaction_id, seq),
    FOREIGN KEY (customer_id, transaction_id) REFERENCES transactions
);

CREATE INDEX bank_notifications_due ON bank_notifications (due) WHERE NOT heard;
CREATE INDEX bank_notifications_by_order ON bank_notifications (customer_id, order_id, due)
    WHERE NOT heard;

-- Properties, addresses and so on, as the sandbox has them.
CREATE TABLE records (
    customer_id BIGINT  NOT NULL REFERENCES customers,
    module      TEXT    NOT NULL CHECK (module IN ('estate', 'address', 'task', 'calendar')),
    record_id   BIGINT  NOT NULL,
    fields      TEXT    NOT NULL,
    PRIMARY KEY (customer_id, module, record_id)
);

-- Calls that are to reach a provider's server.
CREATE TABLE deliveries (
    customer_id  BIGINT  NOT NULL REFERENCES customers,
    delivery_id  BYTEA   NOT NULL,
    provider_id  BIGINT  NOT NULL REFERENCES providers,
    service      TEXT,
    user_id      BIGINT,
    module       TEXT,
    record_id    BIGINT,
    order_id     BYTEA,
    since        BIGINT  NOT NULL,
    attempts     BIGINT  NOT NULL,
    stage        TEXT    NOT NULL CHECK (stage IN ('waiting', 'delivered', 'dead')),
    stage_at     BIGINT  NOT NULL,
    leased_until BIGINT  NOT NULL DEFAULT 0,
    PRIMARY KEY (customer_id, delivery_id),
    CHECK ((order_id IS NULL) = (service IS NOT NULL))
);

CREATE INDEX deliveries_due ON deliveries (stage_at) WHERE stage = 'waiting';

CREATE TABLE delivery_attempts (
    customer_id BIGINT  NOT NULL,
    delivery_id BYTEA   NOT NULL,
    attempt     BIGINT  NOT NULL,
    at          BIGINT  NOT NULL,
    status      BIGINT,
    problem     TEXT,
    PRIMARY KEY (customer_id, delivery_id, attempt),
    FOREIGN KEY (customer_id, delivery_id) REFERENCES deliveries
);
