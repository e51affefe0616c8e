-- MSPs, their people, and the credentials of both people and scripts.

CREATE TABLE msps (
    msp_id       uuid PRIMARY KEY,
    display_name text NOT NULL CHECK (char_length(display_name) BETWEEN 1 AND 120),
    created_at   timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE users (
    msp_id        uuid NOT NULL REFERENCES msps,
    id            uuid NOT NULL,
    email         text NOT NULL CHECK (char_length(email) BETWEEN 3 AND 254),
    email_key     text NOT NULL GENERATED ALWAYS AS (lower(email)) STORED,
    display_name  text NOT NULL CHECK (char_length(display_name) BETWEEN 1 AND 120),
    role          text NOT NULL CHECK (role IN ('viewer', 'operator', 'admin', 'owner')),
    -- NULL: signs in through the outside issuer only.
    password_hash text,
    last_login_at timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    version       bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (msp_id, id),
    CONSTRAINT users_email UNIQUE (msp_id, email_key)
);
-- Login knows the address before it knows the MSP.
CREATE INDEX users_by_email ON users (email_key);

CREATE TABLE refresh_tokens (
    msp_id     uuid NOT NULL,
    id         uuid NOT NULL,
    family_id  uuid NOT NULL,
    user_id    uuid NOT NULL,
    digest     bytea NOT NULL CHECK (octet_length(digest) = 32),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    ended_at   timestamptz,
    PRIMARY KEY (msp_id, id),
    CONSTRAINT refresh_tokens_digest UNIQUE (msp_id, digest),
    FOREIGN KEY (msp_id, user_id) REFERENCES users (msp_id, id) ON DELETE CASCADE
);
CREATE INDEX refresh_tokens_by_digest ON refresh_tokens (digest);
CREATE INDEX refresh_tokens_by_family ON refresh_tokens (msp_id, family_id);
CREATE INDEX refresh_tokens_by_user ON refresh_tokens (msp_id, user_id);

CREATE TABLE api_tokens (
    msp_id          uuid NOT NULL REFERENCES msps,
    id              uuid NOT NULL,
    name            text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 120),
    role            text NOT NULL CHECK (role IN ('viewer', 'operator', 'admin', 'owner')),
    digest          bytea NOT NULL CHECK (octet_length(digest) = 32),
    created_by      uuid,
    created_by_name text NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL,
    last_used_at    timestamptz,
    revoked_at      timestamptz,
    PRIMARY KEY (msp_id, id),
    CONSTRAINT api_tokens_digest UNIQUE (msp_id, digest),
    FOREIGN KEY (msp_id, created_by) REFERENCES users (msp_id, id) ON DELETE SET NULL (created_by)
);
CREATE INDEX api_tokens_by_digest ON api_tokens (digest);
CREATE INDEX api_tokens_by_creator ON api_tokens (msp_id, created_by);

CALL protect_tenant_table('msps', 'SELECT, INSERT, UPDATE');
CALL protect_tenant_table('users', 'SELECT, INSERT, UPDATE, DELETE');
CALL protect_tenant_table('refresh_tokens', 'SELECT, INSERT, UPDATE, DELETE');
CALL protect_tenant_table('api_tokens', 'SELECT, INSERT, UPDATE, DELETE');
