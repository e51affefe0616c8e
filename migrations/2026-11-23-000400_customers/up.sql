-- Customers with the dashboard's numbers as columns, so that list and fleet are one query each.

CREATE TABLE customers (
    msp_id                 uuid NOT NULL REFERENCES msps,
    id                     uuid NOT NULL,
    display_name           text NOT NULL CHECK (char_length(display_name) BETWEEN 1 AND 120),
    -- ICU, not the database's locale: the same order and the same letter case rules on every server.
    name_key               text COLLATE "und-x-icu" NOT NULL
                           GENERATED ALWAYS AS (lower(display_name COLLATE "und-x-icu")) STORED,
    cloud                  text NOT NULL CHECK (cloud IN ('global', 'usgov', 'usgov_dod', 'china', 'emulator')),
    status                 text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'connected', 'imported')),
    -- Known from the first connection on, and kept: a customer never becomes another tenant.
    tenant_id              uuid,
    tenant_name            text,
    tenant_domain          text,
    -- NULL: compared with its own imported snapshot.
    comparison_baseline_id uuid,
    policies_enabled       integer NOT NULL DEFAULT 0,
    policies_report_only   integer NOT NULL DEFAULT 0,
    policies_disabled      integer NOT NULL DEFAULT 0,
    findings_critical      integer NOT NULL DEFAULT 0,
    findings_high          integer NOT NULL DEFAULT 0,
    findings_medium        integer NOT NULL DEFAULT 0,
    findings_low           integer NOT NULL DEFAULT 0,
    findings_info          integer NOT NULL DEFAULT 0,
    -- One number to sort by: four digits each for critical, high, medium and low.
    severity_rank          bigint NOT NULL GENERATED ALWAYS AS (
                               least(findings_critical, 9999)::bigint * 1000000000000
                             + least(findings_high, 9999)::bigint * 100000000
                             + least(findings_medium, 9999)::bigint * 10000
                             + least(findings_low, 9999)::bigint) STORED,
    licences               jsonb,
    zero_policies          text CHECK (zero_policies IN ('none_exist', 'security_defaults_on', 'not_licensed')),
    last_snapshot_id       uuid,
    last_snapshot_at       timestamptz,
    last_error             jsonb,
    -- Of the connection and the unfinished import, repeated here so that the list is one query on one table.
    connected              boolean NOT NULL DEFAULT false,
    secret_expires_at      timestamptz,
    running_import_id      uuid,
    created_at             timestamptz NOT NULL DEFAULT now(),
    updated_at             timestamptz NOT NULL DEFAULT now(),
    version                bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (msp_id, id),
    CONSTRAINT customers_name UNIQUE (msp_id, name_key),
    CONSTRAINT customers_tenant UNIQUE (msp_id, cloud, tenant_id),
    FOREIGN KEY (msp_id, comparison_baseline_id) REFERENCES baselines (msp_id, id)
);
CREATE INDEX customers_by_creation ON customers (msp_id, created_at, id);
CREATE INDEX customers_by_snapshot ON customers (msp_id, coalesce(last_snapshot_at, timestamptz '1970-01-01 00:00:00+00'), id);
CREATE INDEX customers_by_severity ON customers (msp_id, severity_rank, id);
CREATE INDEX customers_by_baseline ON customers (msp_id, comparison_baseline_id) WHERE comparison_baseline_id IS NOT NULL;

CREATE TABLE connections (
    msp_id            uuid NOT NULL,
    customer_id       uuid NOT NULL,
    client_id         uuid NOT NULL,
    -- The vault's envelope. The database never sees the secret.
    sealed_secret     bytea NOT NULL,
    tenant_id         uuid NOT NULL,
    app_display_name  text,
    secret_expires_at timestamptz,
    permissions       jsonb NOT NULL,
    verified_at       timestamptz NOT NULL,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    version           bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (msp_id, customer_id),
    FOREIGN KEY (msp_id, customer_id) REFERENCES customers (msp_id, id) ON DELETE CASCADE
);

CALL protect_tenant_table('customers', 'SELECT, INSERT, UPDATE, DELETE');
CALL protect_tenant_table('connections', 'SELECT, INSERT, UPDATE, DELETE');
