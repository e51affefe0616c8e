-- Imports, their steps, and the queue that drives them.

CREATE TABLE imports (
    msp_id                 uuid NOT NULL,
    id                     uuid NOT NULL,
    customer_id            uuid NOT NULL,
    state                  text NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed')),
    -- What was chosen when it was started; history, so it outlives a baseline that is deleted later.
    comparison_kind        text NOT NULL CHECK (comparison_kind IN ('imported_snapshot', 'workspace_baseline')),
    comparison_baseline_id uuid,
    requested_by           uuid,
    attempt                integer NOT NULL DEFAULT 0,
    zero_policies          text CHECK (zero_policies IN ('none_exist', 'security_defaults_on', 'not_licensed')),
    error                  jsonb,
    created_at             timestamptz NOT NULL DEFAULT now(),
    started_at             timestamptz,
    finished_at            timestamptz,
    PRIMARY KEY (msp_id, id),
    CHECK ((comparison_kind = 'workspace_baseline') = (comparison_baseline_id IS NOT NULL)),
    CHECK ((state = 'failed') = (error IS NOT NULL)),
    FOREIGN KEY (msp_id, customer_id) REFERENCES customers (msp_id, id) ON DELETE CASCADE,
    FOREIGN KEY (msp_id, requested_by) REFERENCES users (msp_id, id) ON DELETE SET NULL (requested_by)
);
CREATE INDEX imports_by_customer ON imports (msp_id, customer_id, id);
CREATE INDEX imports_by_requester ON imports (msp_id, requested_by);
-- One at a time per customer.
CREATE UNIQUE INDEX imports_unfinished ON imports (msp_id, customer_id) WHERE state IN ('queued', 'running');

CREATE TABLE import_steps (
    msp_id      uuid NOT NULL,
    import_id   uuid NOT NULL,
    position    smallint NOT NULL,
    step        text NOT NULL CHECK (step IN ('token', 'organization', 'licences', 'policies', 'named_locations',
                    'authentication_strengths', 'referenced_objects', 'snapshot', 'co_managed_baseline', 'comparison', 'report')),
    state       text NOT NULL CHECK (state IN ('pending', 'running', 'succeeded', 'failed', 'skipped')),
    started_at  timestamptz,
    finished_at timestamptz,
    counts      jsonb NOT NULL DEFAULT '{}',
    error       jsonb,
    PRIMARY KEY (msp_id, import_id, step),
    FOREIGN KEY (msp_id, import_id) REFERENCES imports (msp_id, id) ON DELETE CASCADE
);

-- Tenant-less: a worker claims before it knows the MSP. Ids and times only.
CREATE TABLE jobs (
    id          uuid PRIMARY KEY,
    msp_id      uuid NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('import')),
    subject_id  uuid NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    run_at      timestamptz NOT NULL DEFAULT now(),
    attempt     integer NOT NULL DEFAULT 0,
    worker      text,
    lease_token uuid,
    lease_until timestamptz,
    CONSTRAINT jobs_subject UNIQUE (msp_id, subject_id, kind),
    FOREIGN KEY (msp_id, subject_id) REFERENCES imports (msp_id, id) ON DELETE CASCADE
);
CREATE INDEX jobs_by_time ON jobs (run_at, id);

CALL protect_tenant_table('imports', 'SELECT, INSERT, UPDATE, DELETE');
CALL protect_tenant_table('import_steps', 'SELECT, INSERT, UPDATE, DELETE');
GRANT SELECT, INSERT, UPDATE, DELETE ON jobs TO policytab_runtime;
