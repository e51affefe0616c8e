-- A span of time of one MSP's trail, newest first, without reading what is outside of it. The number makes the order whole:
-- several entries may have one instant.
CREATE INDEX audit_by_time ON audit (msp_id, at, seq);
