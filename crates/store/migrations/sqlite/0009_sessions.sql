-- Raised whenever something about a user changes: sessions that began before are over.
ALTER TABLE users ADD COLUMN session_epoch INTEGER NOT NULL DEFAULT 0;
