-- Orders and deliveries are looked up by an id alone where tools ask for them, and deliveries are
-- listed with the newest first.

CREATE INDEX orders_by_id ON orders (order_id);
CREATE INDEX deliveries_by_id ON deliveries (delivery_id);
CREATE INDEX deliveries_by_age ON deliveries (since);
