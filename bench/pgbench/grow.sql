-- Copies one of the stored activations, with ids of its own for each copy, until there are :stored of
-- them: ten providers in each new customer, or (with :one true) ever new providers in the first one.
-- Copies are as large as what they are copied from, lie in order of time as they would, and are older
-- than anything that waits. Nobody calls with them.
SET synchronous_commit = off;
-- No foreign key is looked at: all of them hold by the way the rows are made.
SET session_replication_role = replica;
CREATE TEMPORARY TABLE model AS SELECT * FROM activations WHERE stage = 'active' LIMIT 1;
SELECT :stored - count(*) AS more FROM activations WHERE stage = 'active' \gset
SELECT max(customer_id) AS customers FROM customers \gset
SELECT max(provider_id) AS providers FROM providers \gset
SELECT activation_id AS oldest FROM activations ORDER BY activation_id LIMIT 1 \gset
SELECT ('x' || encode(substr(:'oldest'::bytea, 1, 6), 'hex'))::bit(48)::bigint - :more / 100 - 2
    AS millis \gset
INSERT INTO customers (customer_id, slug, name, web_id, active)
    SELECT i, 'customer-' || i - 1, 'Kundin ' || i - 1 || ' GmbH', 'customer-' || i - 1, true
    FROM generate_series(:customers + 1, :customers + (:more + 9) / 10) i WHERE NOT :one;
INSERT INTO users (customer_id, user_id, name, administrator, group_id, language, active)
    SELECT c.customer_id, u.user_id, u.name, u.administrator, u.group_id, u.language, u.active
    FROM customers c, users u
    WHERE c.customer_id > :customers AND u.customer_id = (SELECT customer_id FROM model);
INSERT INTO providers
        (provider_id, slug, name, activation_url, keep_port, profile, secret_sealed, commerce)
    SELECT i, 'provider-' || i - 1, 'Anbieter ' || i - 1, p.activation_url, p.keep_port, p.profile,
        p.secret_sealed, p.commerce
    FROM generate_series(:providers + 1, CASE WHEN :one THEN :providers + :more ELSE 10 END) i,
        providers p
    WHERE p.provider_id = (SELECT provider_id FROM model);
-- One turn through all new customers for each provider, as people activate in no order of theirs.
INSERT INTO activations
        (customer_id, activation_id, provider_id, opened_by, opened_at, stage, audience, api_token,
         api_key_sealed, parameter_cache_id, entry_expires, chosen_at, activated_at,
         is_regular_customer)
    SELECT CASE WHEN :one THEN m.customer_id
                ELSE :customers + 1 + n % ((:more + 9) / 10) END,
        decode(lpad(to_hex(:millis + n / 100), 12, '0') || '7' || substr(md5(n || 'a'), 1, 3) || '8'
            || substr(md5(n || 'b'), 1, 15), 'hex'),
        CASE WHEN :one THEN :providers + 1 + n ELSE 1 + n / ((:more + 9) / 10) END,
        m.opened_by, m.opened_at, m.stage, m.audience,
        lpad(to_hex(:millis + n / 100), 12, '0') || substr(md5(n || 'c'), 1, 20),
        m.api_key_sealed, uuid_send(gen_random_uuid()), m.entry_expires, m.chosen_at,
        m.activated_at, m.is_regular_customer
    FROM generate_series(0, :more - 1) n, model m;
INSERT INTO api_users (api_token, customer_id, activation_id)
    SELECT api_token, customer_id, activation_id FROM activations
    WHERE activation_id < :'oldest'::bytea;
INSERT INTO audit (customer_id, activation_id, seq, at, actor, event)
    SELECT a.customer_id, a.activation_id, x.seq, x.at, x.actor, x.event
    FROM activations a, audit x JOIN model m USING (customer_id, activation_id)
    WHERE a.activation_id < :'oldest'::bytea;
