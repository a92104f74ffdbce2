ALTER TABLE sessions DROP COLUMN renewed_at;
