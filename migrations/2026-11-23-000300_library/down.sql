DROP TABLE baseline_documents, baseline_versions, baselines, documents;
