ALTER TABLE audit NO FORCE ROW LEVEL SECURITY;
ALTER TABLE audit ADD COLUMN prev_hash bytea CHECK (octet_length(prev_hash) = 32);
UPDATE audit a SET prev_hash = coalesce(
    (SELECT b.hash FROM audit b WHERE b.msp_id = a.msp_id AND b.seq = a.seq - 1), decode(repeat('00', 32), 'hex'));
ALTER TABLE audit ALTER COLUMN prev_hash SET NOT NULL;
ALTER TABLE audit FORCE ROW LEVEL SECURITY;
