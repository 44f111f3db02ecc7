-- The index of live runs looks at the end of a run and no longer at its stage, so that an unlock,
-- which changes the stage, leaves the index alone.

DROP INDEX activations_live;

CREATE UNIQUE INDEX activations_live ON activations (customer_id, provider_id)
    WHERE ended_at IS NULL;
