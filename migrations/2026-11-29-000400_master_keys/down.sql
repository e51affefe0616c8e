DROP FUNCTION count_expiring_secrets(timestamptz);
REVOKE SELECT (connected, secret_expires_at) ON customers FROM policytab_lookup;
DROP TABLE master_keys;
