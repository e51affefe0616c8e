DROP FUNCTION lookup_msps();
CREATE FUNCTION lookup_msps()
    RETURNS TABLE (msp_id uuid, display_name text, created_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT m.msp_id, m.display_name, m.created_at FROM msps m ORDER BY m.created_at, m.msp_id $$;
GRANT CREATE ON SCHEMA public TO policytab_lookup;
REVOKE ALL ON FUNCTION lookup_msps() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_msps() TO policytab_runtime;
ALTER FUNCTION lookup_msps() OWNER TO policytab_lookup;
REVOKE CREATE ON SCHEMA public FROM policytab_lookup;

ALTER TABLE msps
    DROP COLUMN require_second_factor, DROP COLUMN updated_at, DROP COLUMN version, DROP COLUMN deleted_at;
ALTER TABLE refresh_tokens DROP COLUMN started_at, DROP COLUMN ip, DROP COLUMN user_agent;
DROP TABLE recovery_codes, second_factors;
