DROP FUNCTION lookup_msps(), lookup_login(text), lookup_refresh_token(bytea), lookup_api_token(bytea),
    login_attempt(bytea, bigint, integer), login_attempts_reset(bytea), sweep_expired();
DROP POLICY sweep ON refresh_tokens;
DROP POLICY lookup ON msps;
DROP POLICY lookup ON users;
DROP POLICY lookup ON refresh_tokens;
DROP POLICY lookup ON api_tokens;
-- A right to whole columns goes with its column list; DELETE is taken back by itself.
REVOKE ALL ON msps, users, refresh_tokens, api_tokens FROM policytab_lookup;
REVOKE SELECT (msp_id, display_name, created_at) ON msps FROM policytab_lookup;
REVOKE SELECT (msp_id, id, email, email_key, display_name, role, password_hash) ON users FROM policytab_lookup;
REVOKE SELECT (msp_id, id, family_id, user_id, digest, expires_at, used_at, ended_at) ON refresh_tokens FROM policytab_lookup;
REVOKE SELECT (msp_id, id, name, role, digest, expires_at, revoked_at) ON api_tokens FROM policytab_lookup;
DROP TABLE login_attempts, audit_heads, audit, idempotency_keys;
