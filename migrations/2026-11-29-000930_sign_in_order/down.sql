DROP FUNCTION lookup_login(text);
CREATE FUNCTION lookup_login(wanted text)
    RETURNS TABLE (msp_id uuid, user_id uuid, password_hash text, role text, display_name text, email text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT u.msp_id, u.id, u.password_hash, u.role, u.display_name, u.email
    FROM users u WHERE u.email_key = lower(wanted) ORDER BY u.msp_id LIMIT 20
$$;

GRANT CREATE ON SCHEMA public TO policytab_lookup;
REVOKE ALL ON FUNCTION lookup_login(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_login(text) TO policytab_runtime;
ALTER FUNCTION lookup_login(text) OWNER TO policytab_lookup;
REVOKE CREATE ON SCHEMA public FROM policytab_lookup;

REVOKE SELECT (updated_at) ON users FROM policytab_lookup;
