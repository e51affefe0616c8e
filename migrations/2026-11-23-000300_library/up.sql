-- Documents are stored once per MSP and content; snapshots and baselines point at them. Never shared between MSPs:
-- whether a body exists already would tell one MSP what another one has.

CREATE TABLE documents (
    msp_id        uuid NOT NULL REFERENCES msps,
    -- SHA-256 of the body.
    sha256        bytea NOT NULL CHECK (octet_length(sha256) = 32),
    -- SHA-256 of the semantic normal form: tells a real change from noise.
    normal_sha256 bytea CHECK (octet_length(normal_sha256) = 32),
    -- Canonical JSON as bytes.
    body          bytea NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (msp_id, sha256)
);

CREATE TABLE baselines (
    msp_id          uuid NOT NULL REFERENCES msps,
    id              uuid NOT NULL,
    display_name    text NOT NULL CHECK (char_length(display_name) BETWEEN 1 AND 120),
    name_key        text COLLATE "und-x-icu" NOT NULL
                    GENERATED ALWAYS AS (lower(display_name COLLATE "und-x-icu")) STORED,
    description     text NOT NULL DEFAULT '' CHECK (char_length(description) <= 2000),
    current_version integer NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    version         bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (msp_id, id),
    CONSTRAINT baselines_name UNIQUE (msp_id, name_key)
);

CREATE TABLE baseline_versions (
    msp_id       uuid NOT NULL,
    baseline_id  uuid NOT NULL,
    number       integer NOT NULL CHECK (number > 0),
    -- Where it came from: {kind: files | github, …}.
    source       jsonb NOT NULL,
    policy_count integer NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (msp_id, baseline_id, number),
    FOREIGN KEY (msp_id, baseline_id) REFERENCES baselines (msp_id, id) ON DELETE CASCADE
);

CREATE TABLE baseline_documents (
    msp_id       uuid NOT NULL,
    baseline_id  uuid NOT NULL,
    number       integer NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('policy', 'named_location', 'authentication_strength', 'authentication_context')),
    position     integer NOT NULL,
    object_id    text NOT NULL,
    display_name text NOT NULL,
    beta_only    boolean NOT NULL,
    sha256       bytea NOT NULL,
    PRIMARY KEY (msp_id, baseline_id, number, kind, position),
    FOREIGN KEY (msp_id, baseline_id, number)
        REFERENCES baseline_versions (msp_id, baseline_id, number) ON DELETE CASCADE,
    FOREIGN KEY (msp_id, sha256) REFERENCES documents (msp_id, sha256)
);
CREATE INDEX baseline_documents_by_body ON baseline_documents (msp_id, sha256);

CALL protect_tenant_table('documents', 'SELECT, INSERT, DELETE');
CALL protect_tenant_table('baselines', 'SELECT, INSERT, UPDATE, DELETE');
CALL protect_tenant_table('baseline_versions', 'SELECT, INSERT, DELETE');
CALL protect_tenant_table('baseline_documents', 'SELECT, INSERT, DELETE');
