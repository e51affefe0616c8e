-- What the service itself needs: idempotency keys, the audit trail, login throttling, and the few functions that may
-- look across MSPs.

CREATE TABLE idempotency_keys (
    msp_id         uuid NOT NULL REFERENCES msps,
    actor          text NOT NULL,
    route          text NOT NULL,
    key            text NOT NULL CHECK (char_length(key) BETWEEN 1 AND 255),
    request_sha256 bytea NOT NULL CHECK (octet_length(request_sha256) = 32),
    status         smallint,
    headers        jsonb,
    body           bytea,
    created_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (msp_id, actor, route, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE audit (
    msp_id       uuid NOT NULL REFERENCES msps,
    seq          bigint NOT NULL,
    at           timestamptz NOT NULL,
    actor_kind   text NOT NULL,
    actor_id     uuid,
    actor_name   text NOT NULL,
    action       text NOT NULL,
    subject_kind text NOT NULL,
    subject_id   uuid,
    ip           text,
    request_id   text,
    -- Canonical JSON as text: jsonb would not keep the bytes that were hashed.
    details      text NOT NULL CHECK (details::json IS NOT NULL),
    prev_hash    bytea NOT NULL CHECK (octet_length(prev_hash) = 32),
    hash         bytea NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (msp_id, seq)
);

-- The end of each chain. Its row lock puts writers in line, and a cut-off end shows.
CREATE TABLE audit_heads (
    msp_id uuid PRIMARY KEY REFERENCES msps,
    seq    bigint NOT NULL,
    hash   bytea NOT NULL CHECK (octet_length(hash) = 32)
);

-- Tenant-less, reached through login_attempt() only: counts per hashed key (an address, an account).
CREATE TABLE login_attempts (
    key_hash     bytea PRIMARY KEY CHECK (octet_length(key_hash) = 32),
    window_start timestamptz NOT NULL,
    window_end   timestamptz NOT NULL,
    count        integer NOT NULL
);
CREATE INDEX login_attempts_by_end ON login_attempts (window_end);

CALL protect_tenant_table('idempotency_keys', 'SELECT, INSERT, UPDATE, DELETE');
CALL protect_tenant_table('audit', 'SELECT, INSERT');
CALL protect_tenant_table('audit_heads', 'SELECT, INSERT, UPDATE');

-- The closed list of functions that see more than one MSP. Each is owned by policytab_lookup, which cannot log in and
-- has only the columns and rows below: under FORCE even the tables' owner would see nothing.
GRANT SELECT (msp_id, display_name, created_at) ON msps TO policytab_lookup;
GRANT SELECT (msp_id, id, email, email_key, display_name, role, password_hash) ON users TO policytab_lookup;
GRANT SELECT (msp_id, id, family_id, user_id, digest, expires_at, used_at, ended_at) ON refresh_tokens TO policytab_lookup;
GRANT SELECT (msp_id, id, name, role, digest, expires_at, revoked_at) ON api_tokens TO policytab_lookup;
GRANT SELECT, INSERT, UPDATE, DELETE ON login_attempts TO policytab_lookup;
GRANT DELETE ON idempotency_keys, refresh_tokens TO policytab_lookup;

CREATE POLICY lookup ON msps FOR SELECT TO policytab_lookup USING (true);
CREATE POLICY lookup ON users FOR SELECT TO policytab_lookup USING (true);
CREATE POLICY lookup ON refresh_tokens FOR SELECT TO policytab_lookup USING (true);
CREATE POLICY lookup ON api_tokens FOR SELECT TO policytab_lookup USING (true);
-- The sweep deletes without a condition of its own: these decide what is old enough.
CREATE POLICY sweep ON idempotency_keys FOR DELETE TO policytab_lookup
    USING (created_at < now() - interval '24 hours');
CREATE POLICY sweep ON refresh_tokens FOR DELETE TO policytab_lookup
    USING (expires_at < now() - interval '30 days');

CREATE FUNCTION lookup_msps()
    RETURNS TABLE (msp_id uuid, display_name text, created_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT m.msp_id, m.display_name, m.created_at FROM msps m ORDER BY m.created_at, m.msp_id $$;

CREATE FUNCTION lookup_login(wanted text)
    RETURNS TABLE (msp_id uuid, user_id uuid, password_hash text, role text, display_name text, email text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT u.msp_id, u.id, u.password_hash, u.role, u.display_name, u.email
    FROM users u WHERE u.email_key = lower(wanted) ORDER BY u.msp_id LIMIT 20
$$;

CREATE FUNCTION lookup_refresh_token(wanted bytea)
    RETURNS TABLE (msp_id uuid, token_id uuid, family_id uuid, user_id uuid, expires_at timestamptz, used boolean, ended boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT t.msp_id, t.id, t.family_id, t.user_id, t.expires_at, t.used_at IS NOT NULL, t.ended_at IS NOT NULL
    FROM refresh_tokens t WHERE t.digest = wanted LIMIT 1
$$;

CREATE FUNCTION lookup_api_token(wanted bytea)
    RETURNS TABLE (msp_id uuid, token_id uuid, name text, role text, expires_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT t.msp_id, t.id, t.name, t.role, t.expires_at
    FROM api_tokens t WHERE t.digest = wanted AND t.revoked_at IS NULL AND t.expires_at > now() LIMIT 1
$$;

-- Counts one attempt in a window that begins with its first one. Attempts over the limit are not counted, so that
-- hammering does not prolong the wait.
CREATE FUNCTION login_attempt(wanted bytea, window_ms bigint, allowed_count integer)
    RETURNS TABLE (allowed boolean, retry_after_ms bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    span interval := make_interval(secs => window_ms / 1000.0);
    entry login_attempts%ROWTYPE;
BEGIN
    INSERT INTO login_attempts AS a (key_hash, window_start, window_end, count)
    VALUES (wanted, clock_timestamp(), clock_timestamp() + span, 0)
    ON CONFLICT (key_hash) DO UPDATE SET
        window_start = CASE WHEN a.window_end <= clock_timestamp() THEN clock_timestamp() ELSE a.window_start END,
        count = CASE WHEN a.window_end <= clock_timestamp() THEN 0 ELSE a.count END,
        window_end = CASE WHEN a.window_end <= clock_timestamp() THEN clock_timestamp() + span ELSE a.window_end END
    RETURNING * INTO entry;
    IF entry.count >= allowed_count THEN
        RETURN QUERY SELECT false,
            greatest(1, ceil(extract(epoch FROM entry.window_end - clock_timestamp()) * 1000))::bigint;
    ELSE
        UPDATE login_attempts SET count = count + 1 WHERE key_hash = wanted;
        RETURN QUERY SELECT true, 0::bigint;
    END IF;
END
$$;

CREATE FUNCTION login_attempts_reset(wanted bytea) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$ DELETE FROM login_attempts WHERE key_hash = wanted $$;

CREATE FUNCTION sweep_expired() RETURNS TABLE (idempotency_keys bigint, refresh_tokens bigint, login_attempts bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    keys bigint; tokens bigint; attempts bigint;
BEGIN
    DELETE FROM public.idempotency_keys; GET DIAGNOSTICS keys = ROW_COUNT;
    DELETE FROM public.refresh_tokens; GET DIAGNOSTICS tokens = ROW_COUNT;
    DELETE FROM public.login_attempts a WHERE a.window_end < now(); GET DIAGNOSTICS attempts = ROW_COUNT;
    RETURN QUERY SELECT keys, tokens, attempts;
END
$$;

-- A new owner must be able to create in the schema at the moment it becomes one, and only then.
GRANT CREATE ON SCHEMA public TO policytab_lookup;
DO $$
DECLARE
    signature text;
BEGIN
    FOREACH signature IN ARRAY ARRAY[
        'lookup_msps()', 'lookup_login(text)', 'lookup_refresh_token(bytea)', 'lookup_api_token(bytea)',
        'login_attempt(bytea, bigint, integer)', 'login_attempts_reset(bytea)', 'sweep_expired()']
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', signature);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO policytab_runtime', signature);
        EXECUTE format('ALTER FUNCTION %s OWNER TO policytab_lookup', signature);
    END LOOP;
END
$$;
REVOKE CREATE ON SCHEMA public FROM policytab_lookup;
