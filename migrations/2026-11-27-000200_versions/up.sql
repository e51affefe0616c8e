-- Versions of baselines: who made them and why, which one a customer is compared with, and what the source has by now.

ALTER TABLE baseline_versions
    -- The name as it was then; empty: the product itself.
    ADD COLUMN created_by_name text NOT NULL DEFAULT '',
    ADD COLUMN note text NOT NULL DEFAULT '' CHECK (char_length(note) <= 500);

ALTER TABLE baselines
    -- What the last look at the source found: {commit, problem}. NULL: never looked, or it has none.
    ADD COLUMN source_head jsonb,
    ADD COLUMN source_checked_at timestamptz,
    -- The vault's envelope of the token that a private source needs.
    ADD COLUMN source_token bytea,
    -- Part of the product: nobody changes or deletes it.
    ADD COLUMN built_in boolean NOT NULL DEFAULT false;
CREATE UNIQUE INDEX baselines_built_in ON baselines (msp_id) WHERE built_in;

ALTER TABLE customers
    -- The version that was pinned; NULL: the latest, whichever that is.
    ADD COLUMN comparison_baseline_version integer,
    -- The version that the newest report rests on.
    ADD COLUMN compared_version integer,
    ADD CONSTRAINT customers_pinned CHECK (comparison_baseline_version IS NULL OR comparison_baseline_id IS NOT NULL),
    ADD FOREIGN KEY (msp_id, comparison_baseline_id, comparison_baseline_version)
        REFERENCES baseline_versions (msp_id, baseline_id, number);

CREATE INDEX customers_by_baseline_version
    ON customers (msp_id, comparison_baseline_id, comparison_baseline_version)
    WHERE comparison_baseline_version IS NOT NULL;

ALTER TABLE imports
    -- Like the choice of the baseline itself, history.
    ADD COLUMN comparison_baseline_version integer;

ALTER TABLE reports
    -- The version that was compared with.
    ADD COLUMN baseline_version integer;

-- What was compared before there were other versions.
UPDATE customers SET compared_version = 1 WHERE comparison_baseline_id IS NOT NULL AND last_snapshot_id IS NOT NULL;
UPDATE reports SET baseline_version = 1 WHERE comparison_baseline_id IS NOT NULL;

-- Two more functions that see all MSPs, ids only: whose report rests on a version that is not the latest any more, and
-- whose sources were not looked at for long.
GRANT SELECT (msp_id, id, comparison_baseline_id, comparison_baseline_version, compared_version, last_snapshot_id,
              running_import_id) ON customers TO policytab_lookup;
GRANT SELECT (msp_id, id, current_version, source_checked_at, built_in) ON baselines TO policytab_lookup;
GRANT SELECT (msp_id, baseline_id, number, source) ON baseline_versions TO policytab_lookup;
CREATE POLICY lookup ON customers FOR SELECT TO policytab_lookup USING (true);
CREATE POLICY lookup ON baselines FOR SELECT TO policytab_lookup USING (true);
CREATE POLICY lookup ON baseline_versions FOR SELECT TO policytab_lookup USING (true);

CREATE FUNCTION lookup_outdated_reports() RETURNS TABLE (msp_id uuid, customer_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT c.msp_id, c.id FROM customers c
    JOIN baselines b ON b.msp_id = c.msp_id AND b.id = c.comparison_baseline_id
    WHERE c.last_snapshot_id IS NOT NULL AND c.running_import_id IS NULL
      AND c.compared_version IS DISTINCT FROM coalesce(c.comparison_baseline_version, b.current_version)
    LIMIT 1000
$$;

CREATE FUNCTION lookup_unchecked_sources(before timestamptz) RETURNS TABLE (msp_id uuid, baseline_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT b.msp_id, b.id FROM baselines b
    JOIN baseline_versions v ON v.msp_id = b.msp_id AND v.baseline_id = b.id AND v.number = b.current_version
    WHERE 'github' IN (v.source -> 'origin' ->> 'kind', v.source -> 'upstream' ->> 'kind')
      AND coalesce(b.source_checked_at, timestamptz '1970-01-01 00:00:00+00') < before
    ORDER BY b.source_checked_at NULLS FIRST LIMIT 100
$$;

GRANT CREATE ON SCHEMA public TO policytab_lookup;
REVOKE ALL ON FUNCTION lookup_outdated_reports(), lookup_unchecked_sources(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_outdated_reports(), lookup_unchecked_sources(timestamptz) TO policytab_runtime;
ALTER FUNCTION lookup_outdated_reports() OWNER TO policytab_lookup;
ALTER FUNCTION lookup_unchecked_sources(timestamptz) OWNER TO policytab_lookup;
REVOKE CREATE ON SCHEMA public FROM policytab_lookup;
