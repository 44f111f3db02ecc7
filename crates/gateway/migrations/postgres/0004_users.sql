-- Orders and messages name the call that opened their window, which `visits` and `orders` keep;
-- nothing reads what the newest call of a user was.

ALTER TABLE users DROP COLUMN parameter_cache_id;
ALTER TABLE users DROP COLUMN secret_id;
