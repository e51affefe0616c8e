DROP TABLE jobs, import_steps, imports;
