-- The scope: whose rows a transaction may see. Everything else leans on this function.
-- It raises where no scope is set, so that a query without one fails instead of looking empty. The setting is text
-- and is cast here; casting the column instead would keep the indexes from being used.
CREATE FUNCTION current_msp() RETURNS uuid
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog
AS $$
DECLARE
    -- After a transaction-local setting has ended, PostgreSQL leaves an empty string behind, not NULL.
    scope text := nullif(current_setting('app.msp_id', true), '');
BEGIN
    IF scope IS NULL THEN
        RAISE EXCEPTION 'this transaction has no MSP scope (app.msp_id is not set)' USING ERRCODE = '42501';
    END IF;
    RETURN scope::uuid;
END
$$;

-- What every tenant table gets: forced row level security, one policy for the runtime role, and the rights named by
-- the caller. The table must have msp_id.
CREATE PROCEDURE protect_tenant_table(target regclass, rights text)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, public
AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
    EXECUTE format(
        'CREATE POLICY tenant ON %s TO policytab_runtime
            USING (msp_id = (SELECT current_msp())) WITH CHECK (msp_id = (SELECT current_msp()))',
        target);
    EXECUTE format('GRANT %s ON %s TO policytab_runtime', rights, target);
END
$$;

REVOKE ALL ON FUNCTION current_msp() FROM PUBLIC;
REVOKE ALL ON PROCEDURE protect_tenant_table(regclass, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION current_msp() TO policytab_runtime;
GRANT USAGE ON SCHEMA public TO policytab_runtime, policytab_lookup;

-- The server compares this list with its own migrations when it starts.
GRANT SELECT ON __diesel_schema_migrations TO policytab_runtime;
