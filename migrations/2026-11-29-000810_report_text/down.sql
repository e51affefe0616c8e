ALTER TABLE reports ALTER COLUMN body TYPE jsonb USING body::jsonb;
