-- Second factors, what a list of sessions shows, the settings of a workspace, and workspaces that are gone.

CREATE TABLE second_factors (
    msp_id        uuid NOT NULL,
    user_id       uuid NOT NULL,
    -- The vault's envelope of the shared secret.
    sealed_secret bytea NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    -- NULL: begun, but no code has proved yet that the person holds the secret.
    confirmed_at  timestamptz,
    -- The newest time step of which a code was accepted: none is good twice.
    last_step     bigint,
    PRIMARY KEY (msp_id, user_id),
    FOREIGN KEY (msp_id, user_id) REFERENCES users (msp_id, id) ON DELETE CASCADE
);

CREATE TABLE recovery_codes (
    msp_id  uuid NOT NULL,
    user_id uuid NOT NULL,
    digest  bytea NOT NULL CHECK (octet_length(digest) = 32),
    used_at timestamptz,
    PRIMARY KEY (msp_id, user_id, digest),
    FOREIGN KEY (msp_id, user_id) REFERENCES second_factors (msp_id, user_id) ON DELETE CASCADE
);

CALL protect_tenant_table('second_factors', 'SELECT, INSERT, UPDATE, DELETE');
CALL protect_tenant_table('recovery_codes', 'SELECT, INSERT, UPDATE, DELETE');

-- Each token tells from where it was asked for; the newest one of a family is the session as people see it.
ALTER TABLE refresh_tokens
    -- When the family began. NULL: written by an older version.
    ADD COLUMN started_at timestamptz,
    ADD COLUMN ip text,
    ADD COLUMN user_agent text CHECK (char_length(user_agent) <= 300);

ALTER TABLE msps
    ADD COLUMN require_second_factor boolean NOT NULL DEFAULT false,
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN version bigint NOT NULL DEFAULT 1,
    -- The row stays when the workspace goes: its audit trail hangs on it.
    ADD COLUMN deleted_at timestamptz;

-- Operators must tell those that are gone from the others.
GRANT SELECT (deleted_at) ON msps TO policytab_lookup;
DROP FUNCTION lookup_msps();
CREATE FUNCTION lookup_msps()
    RETURNS TABLE (msp_id uuid, display_name text, created_at timestamptz, deleted_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT m.msp_id, m.display_name, m.created_at, m.deleted_at FROM msps m ORDER BY m.created_at, m.msp_id $$;
GRANT CREATE ON SCHEMA public TO policytab_lookup;
REVOKE ALL ON FUNCTION lookup_msps() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_msps() TO policytab_runtime;
ALTER FUNCTION lookup_msps() OWNER TO policytab_lookup;
REVOKE CREATE ON SCHEMA public FROM policytab_lookup;
