CREATE INDEX snapshots_by_customer ON snapshots (msp_id, customer_id, id);
ALTER TABLE customers DROP COLUMN findings_trend;
