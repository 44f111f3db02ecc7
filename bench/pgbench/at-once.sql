-- The same in one statement, and so in one round trip with a commit of its own: the most that can be
-- had without groups. It leaves no room for a decision outside the database.
\set n random(1, :waiting)
WITH named AS (
    SELECT customer_id, activation_id FROM api_users
    WHERE api_token = (SELECT token FROM bench_tokens WHERE n = :n)
), run AS (
    SELECT a.* FROM activations a JOIN named USING (customer_id, activation_id) FOR UPDATE OF a
), unlocked AS (
    UPDATE activations a
    SET stage = 'active', activated_at = 1800000000, is_regular_customer = false
    FROM run WHERE a.customer_id = run.customer_id AND a.activation_id = run.activation_id
)
SELECT run.*, c.slug, c.name, c.web_id, c.active, p.name AS provider_name,
       u.user_id, u.name AS user_name, u.administrator, u.group_id, u.language, u.active AS user_active
    FROM run
    JOIN customers c ON c.customer_id = run.customer_id
    LEFT JOIN providers p ON p.provider_id = run.provider_id
    LEFT JOIN users u ON u.customer_id = run.customer_id AND u.user_id = run.opened_by;
