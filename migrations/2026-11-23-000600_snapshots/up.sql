-- What imports leave behind. Snapshots and reports are never changed: the runtime role has no UPDATE on them.

CREATE TABLE snapshots (
    msp_id               uuid NOT NULL,
    id                   uuid NOT NULL,
    customer_id          uuid NOT NULL,
    import_id            uuid NOT NULL,
    taken_at             timestamptz NOT NULL,
    tenant               jsonb NOT NULL,
    -- NULL: could not be read.
    security_defaults    boolean,
    skus                 jsonb,
    licences             jsonb,
    -- "references" is a reserved word.
    object_references    jsonb NOT NULL,
    memberships          jsonb NOT NULL,
    unread               jsonb NOT NULL,
    policies_enabled     integer NOT NULL,
    policies_report_only integer NOT NULL,
    policies_disabled    integer NOT NULL,
    created_at           timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (msp_id, id),
    CONSTRAINT snapshots_import UNIQUE (msp_id, import_id),
    FOREIGN KEY (msp_id, customer_id) REFERENCES customers (msp_id, id) ON DELETE CASCADE,
    FOREIGN KEY (msp_id, import_id) REFERENCES imports (msp_id, id) ON DELETE CASCADE
);
CREATE INDEX snapshots_by_customer ON snapshots (msp_id, customer_id, id);

CREATE TABLE snapshot_documents (
    msp_id       uuid NOT NULL,
    snapshot_id  uuid NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('policy', 'named_location', 'authentication_strength', 'authentication_context')),
    position     integer NOT NULL,
    object_id    text NOT NULL,
    display_name text NOT NULL,
    beta_only    boolean NOT NULL,
    sha256       bytea NOT NULL,
    PRIMARY KEY (msp_id, snapshot_id, kind, position),
    FOREIGN KEY (msp_id, snapshot_id) REFERENCES snapshots (msp_id, id) ON DELETE CASCADE,
    FOREIGN KEY (msp_id, sha256) REFERENCES documents (msp_id, sha256)
);
CREATE INDEX snapshot_documents_by_body ON snapshot_documents (msp_id, sha256);

CREATE TABLE co_managed_baselines (
    msp_id      uuid NOT NULL,
    customer_id uuid NOT NULL,
    -- The snapshot it was seeded from.
    snapshot_id uuid NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    version     bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (msp_id, customer_id),
    FOREIGN KEY (msp_id, customer_id) REFERENCES customers (msp_id, id) ON DELETE CASCADE,
    FOREIGN KEY (msp_id, snapshot_id) REFERENCES snapshots (msp_id, id) ON DELETE CASCADE
);
CREATE INDEX co_managed_baselines_by_snapshot ON co_managed_baselines (msp_id, snapshot_id);

CREATE TABLE co_managed_documents (
    msp_id       uuid NOT NULL,
    customer_id  uuid NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('policy', 'named_location', 'authentication_strength', 'authentication_context')),
    position     integer NOT NULL,
    object_id    text NOT NULL,
    display_name text NOT NULL,
    beta_only    boolean NOT NULL,
    sha256       bytea NOT NULL,
    PRIMARY KEY (msp_id, customer_id, kind, position),
    FOREIGN KEY (msp_id, customer_id) REFERENCES co_managed_baselines (msp_id, customer_id) ON DELETE CASCADE,
    FOREIGN KEY (msp_id, sha256) REFERENCES documents (msp_id, sha256)
);
CREATE INDEX co_managed_documents_by_body ON co_managed_documents (msp_id, sha256);

CREATE TABLE reports (
    msp_id                 uuid NOT NULL,
    id                     uuid NOT NULL,
    customer_id            uuid NOT NULL,
    snapshot_id            uuid NOT NULL,
    comparison_kind        text NOT NULL CHECK (comparison_kind IN ('imported_snapshot', 'workspace_baseline')),
    comparison_baseline_id uuid,
    findings_critical      integer NOT NULL,
    findings_high          integer NOT NULL,
    findings_medium        integer NOT NULL,
    findings_low           integer NOT NULL,
    findings_info          integer NOT NULL,
    body                   jsonb NOT NULL,
    created_at             timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (msp_id, id),
    CHECK ((comparison_kind = 'workspace_baseline') = (comparison_baseline_id IS NOT NULL)),
    FOREIGN KEY (msp_id, customer_id) REFERENCES customers (msp_id, id) ON DELETE CASCADE,
    FOREIGN KEY (msp_id, snapshot_id) REFERENCES snapshots (msp_id, id) ON DELETE CASCADE
);
CREATE INDEX reports_by_customer ON reports (msp_id, customer_id, id);
CREATE INDEX reports_by_snapshot ON reports (msp_id, snapshot_id);

ALTER TABLE customers ADD CONSTRAINT customers_last_snapshot
    FOREIGN KEY (msp_id, last_snapshot_id) REFERENCES snapshots (msp_id, id) ON DELETE SET NULL (last_snapshot_id);
CREATE INDEX customers_by_last_snapshot ON customers (msp_id, last_snapshot_id);

CALL protect_tenant_table('snapshots', 'SELECT, INSERT, DELETE');
CALL protect_tenant_table('snapshot_documents', 'SELECT, INSERT, DELETE');
CALL protect_tenant_table('co_managed_baselines', 'SELECT, INSERT, UPDATE, DELETE');
CALL protect_tenant_table('co_managed_documents', 'SELECT, INSERT, UPDATE, DELETE');
CALL protect_tenant_table('reports', 'SELECT, INSERT, DELETE');
