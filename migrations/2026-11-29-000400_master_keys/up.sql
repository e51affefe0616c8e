-- The master keys that seal secrets here, by name, each with a check value that only this key opens. A server whose key
-- file holds none of them, or others, notices before it seals anything. No key is in here.
CREATE TABLE master_keys (
    id          text PRIMARY KEY CHECK (char_length(id) BETWEEN 1 AND 64),
    -- The vault's envelope of a constant; NULL until a server that has the key starts.
    check_value bytea,
    created_at  timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE, DELETE ON master_keys TO policytab_runtime;

-- Those that have sealed something already.
ALTER TABLE connections NO FORCE ROW LEVEL SECURITY;
ALTER TABLE baselines NO FORCE ROW LEVEL SECURITY;
INSERT INTO master_keys (id)
    SELECT DISTINCT key FROM (
        SELECT sealed_secret FROM connections UNION ALL SELECT source_token FROM baselines
    ) AS s (sealed), substring(encode(sealed, 'escape') FROM '^\{"v":1,"key":"([A-Za-z0-9._-]{1,64})"') AS key
    WHERE key IS NOT NULL;
ALTER TABLE connections FORCE ROW LEVEL SECURITY;
ALTER TABLE baselines FORCE ROW LEVEL SECURITY;

-- How many client secrets have expired or will have by then: for metrics, counts only.
GRANT SELECT (connected, secret_expires_at) ON customers TO policytab_lookup;
CREATE FUNCTION count_expiring_secrets(before timestamptz) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT count(*) FROM customers c WHERE c.connected AND c.secret_expires_at < before $$;
GRANT CREATE ON SCHEMA public TO policytab_lookup;
REVOKE ALL ON FUNCTION count_expiring_secrets(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION count_expiring_secrets(timestamptz) TO policytab_runtime;
ALTER FUNCTION count_expiring_secrets(timestamptz) OWNER TO policytab_lookup;
REVOKE CREATE ON SCHEMA public FROM policytab_lookup;
