-- Deliveries are taken by provider, so that none waits behind what waits for another.

DROP INDEX deliveries_due;
CREATE INDEX deliveries_due ON deliveries (provider_id, stage_at) WHERE stage = 'waiting';
