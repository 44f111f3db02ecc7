-- What the server asks for and writes when it unlocks, statement by statement in one transaction, as
-- a server without groups would do it. The token stands in a table, because pgbench cannot read one
-- from a file; a token that comes again is unlocked again, which costs the same.
\set n random(1, :waiting)
BEGIN;
SELECT customer_id, activation_id FROM api_users
    WHERE api_token = (SELECT token FROM bench_tokens WHERE n = :n) \gset
SELECT customer_id, activation_id, provider_id, opened_by, opened_at, stage, audience, api_token,
       api_key_sealed, parameter_cache_id, entry_expires, chosen_at, activated_at,
       is_regular_customer, ended_at, end_reason
    FROM activations
    WHERE customer_id = :customer_id AND activation_id = :activation_id FOR UPDATE;
SELECT c.slug, c.name, c.web_id, c.active, p.name AS provider_name,
       u.user_id, u.name AS user_name, u.administrator, u.group_id, u.language, u.active AS user_active
    FROM customers c
    JOIN activations a ON a.customer_id = c.customer_id
    LEFT JOIN providers p ON p.provider_id = a.provider_id
    LEFT JOIN users u ON u.customer_id = a.customer_id AND u.user_id = a.opened_by
    WHERE c.customer_id = :customer_id AND a.activation_id = :activation_id;
UPDATE activations SET stage = 'active', activated_at = 1800000000, is_regular_customer = false
    WHERE customer_id = :customer_id AND activation_id = :activation_id;
COMMIT;
