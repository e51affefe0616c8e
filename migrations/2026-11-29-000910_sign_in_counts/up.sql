-- One attempt less under a key: it turned out to be no guess. Forgetting all of them would let whoever has an account of
-- their own begin to count anew at will.
CREATE FUNCTION login_attempt_taken_back(wanted bytea) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$ UPDATE login_attempts SET count = count - 1 WHERE key_hash = wanted AND count > 0 $$;

GRANT CREATE ON SCHEMA public TO policytab_lookup;
REVOKE ALL ON FUNCTION login_attempt_taken_back(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION login_attempt_taken_back(bytea) TO policytab_runtime;
ALTER FUNCTION login_attempt_taken_back(bytea) OWNER TO policytab_lookup;
REVOKE CREATE ON SCHEMA public FROM policytab_lookup;
