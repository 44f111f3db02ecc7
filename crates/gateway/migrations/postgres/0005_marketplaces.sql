-- Which marketplace opened a window, where several show the provider: an origin, or nothing where the
-- browser did not say.

ALTER TABLE visits ADD COLUMN marketplace TEXT;
ALTER TABLE orders ADD COLUMN marketplace TEXT;
