ALTER TABLE customers DROP CONSTRAINT customers_last_snapshot;
DROP INDEX customers_by_last_snapshot;
DROP TABLE reports, co_managed_documents, co_managed_baselines, snapshot_documents, snapshots;
