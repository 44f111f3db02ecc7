-- An order belongs to the service call whose window it came from, not to the newest call of its user:
-- somebody may have two windows open. And the app may ask what became of an order.

ALTER TABLE visits ADD COLUMN parameter_cache_id TEXT NOT NULL DEFAULT '';
ALTER TABLE visits ADD COLUMN secret_id TEXT NOT NULL DEFAULT '';

UPDATE visits SET
    parameter_cache_id = COALESCE(
        (SELECT u.parameter_cache_id FROM users u
         WHERE u.customer = visits.customer AND u.user_id = visits.user_id), ''),
    secret_id = COALESCE(
        (SELECT u.secret_id FROM users u
         WHERE u.customer = visits.customer AND u.user_id = visits.user_id), '');

ALTER TABLE orders ADD COLUMN parameter_cache_id TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN secret_id TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN reference_id TEXT;
ALTER TABLE orders ADD COLUMN message TEXT;
ALTER TABLE orders ADD COLUMN error_codes TEXT;

UPDATE orders SET
    parameter_cache_id = COALESCE(
        (SELECT u.parameter_cache_id FROM users u
         WHERE u.customer = orders.customer AND u.user_id = orders.user_id), ''),
    secret_id = COALESCE(
        (SELECT u.secret_id FROM users u
         WHERE u.customer = orders.customer AND u.user_id = orders.user_id), '');
