-- The index of live runs looks at the end of a run and no longer at its stage, so that an unlock,
-- which changes the stage, leaves all indexes alone: with room on the page, the new version of the
-- row stays beside the old one.

DROP INDEX activations_live;

CREATE UNIQUE INDEX activations_live ON activations (customer_id, provider_id)
    WHERE ended_at IS NULL;

ALTER TABLE activations SET (fillfactor = 80);

-- Whoever appends to a history holds the lock of its run; the check would lock it once more.
ALTER TABLE audit DROP CONSTRAINT audit_customer_id_activation_id_fkey;
