REVOKE SELECT ON __diesel_schema_migrations FROM policytab_runtime;
REVOKE USAGE ON SCHEMA public FROM policytab_runtime, policytab_lookup;
DROP PROCEDURE protect_tenant_table(regclass, text);
DROP FUNCTION current_msp();
