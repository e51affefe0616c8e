-- What people decide about a customer's report: findings they accept, emergency access, what a baseline's references mean.

-- An acceptance ends and is never changed otherwise: what was agreed, by whom and until when stays as it was.
CREATE TABLE finding_acceptances (
    msp_id           uuid NOT NULL,
    id               uuid NOT NULL,
    customer_id      uuid NOT NULL,
    finding_id       text NOT NULL CHECK (char_length(finding_id) BETWEEN 1 AND 200),
    -- The facts that it was given for. When they change, the finding is open again.
    fingerprint      text NOT NULL,
    reason           text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 2000),
    owner            text NOT NULL CHECK (char_length(owner) BETWEEN 1 AND 200),
    expires_at       timestamptz NOT NULL,
    accepted_by_name text NOT NULL,
    accepted_at      timestamptz NOT NULL,
    ended_at         timestamptz,
    ended_because    text CHECK (ended_because IN ('reopened', 'replaced', 'expired', 'facts_changed')),
    PRIMARY KEY (msp_id, id),
    CHECK ((ended_at IS NULL) = (ended_because IS NULL)),
    CHECK (expires_at > accepted_at),
    FOREIGN KEY (msp_id, customer_id) REFERENCES customers (msp_id, id) ON DELETE CASCADE
);
CREATE INDEX finding_acceptances_by_finding ON finding_acceptances (msp_id, customer_id, finding_id, id);
-- One at a time per finding.
CREATE UNIQUE INDEX finding_acceptances_standing ON finding_acceptances (msp_id, customer_id, finding_id)
    WHERE ended_at IS NULL;
CREATE INDEX finding_acceptances_by_end ON finding_acceptances (expires_at) WHERE ended_at IS NULL;

-- The choices of one customer are read and replaced as a whole, so they are one value each: a list of {kind, id}.
CREATE TABLE emergency_choices (
    msp_id      uuid NOT NULL,
    customer_id uuid NOT NULL,
    confirmed   jsonb NOT NULL,
    refused     jsonb NOT NULL,
    updated_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (msp_id, customer_id),
    FOREIGN KEY (msp_id, customer_id) REFERENCES customers (msp_id, id) ON DELETE CASCADE
);

-- Likewise for each baseline that the customer was ever compared with: a list of {kind, reference, live ids}.
CREATE TABLE baseline_bindings (
    msp_id      uuid NOT NULL,
    customer_id uuid NOT NULL,
    baseline_id uuid NOT NULL,
    confirmed   jsonb NOT NULL,
    updated_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (msp_id, customer_id, baseline_id),
    FOREIGN KEY (msp_id, customer_id) REFERENCES customers (msp_id, id) ON DELETE CASCADE,
    FOREIGN KEY (msp_id, baseline_id) REFERENCES baselines (msp_id, id) ON DELETE CASCADE
);
CREATE INDEX baseline_bindings_by_baseline ON baseline_bindings (msp_id, baseline_id);

CALL protect_tenant_table('finding_acceptances', 'SELECT, INSERT, UPDATE (ended_at, ended_because)');
CALL protect_tenant_table('emergency_choices', 'SELECT, INSERT, UPDATE');
CALL protect_tenant_table('baseline_bindings', 'SELECT, INSERT, UPDATE');

-- One more function that sees all MSPs: a worker learns whose acceptances have run out, ids only.
GRANT SELECT (msp_id, customer_id, expires_at, ended_at) ON finding_acceptances TO policytab_lookup;
CREATE POLICY lookup ON finding_acceptances FOR SELECT TO policytab_lookup
    USING (ended_at IS NULL AND expires_at <= now());

CREATE FUNCTION lookup_expired_acceptances() RETURNS TABLE (msp_id uuid, customer_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT DISTINCT a.msp_id, a.customer_id FROM finding_acceptances a
    WHERE a.ended_at IS NULL AND a.expires_at <= now() LIMIT 1000
$$;

GRANT CREATE ON SCHEMA public TO policytab_lookup;
REVOKE ALL ON FUNCTION lookup_expired_acceptances() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_expired_acceptances() TO policytab_runtime;
ALTER FUNCTION lookup_expired_acceptances() OWNER TO policytab_lookup;
REVOKE CREATE ON SCHEMA public FROM policytab_lookup;
