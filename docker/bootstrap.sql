-- The roles of Policytab, and the rights on the database this is run in. Run it as a superuser; running it again
-- changes nothing but the passwords.
--
-- Passwords come from the settings bootstrap.owner_password and bootstrap.runtime_password, so that this file works
-- from psql (PGOPTIONS="-c bootstrap.owner_password=.. -c bootstrap.runtime_password=..") and from any driver.
--
--   policytab_owner    owns the schema and runs migrations; no server process uses it otherwise
--   policytab_runtime  what server and workers connect as: owns nothing, cannot bypass row-level security
--   policytab_lookup   cannot sign in; owns the few SECURITY DEFINER functions that must search before the MSP is known
--                      (sign-in by e-mail, refresh and API tokens by digest)

DO $$
BEGIN
  IF coalesce(current_setting('bootstrap.owner_password', true), '') = ''
     OR coalesce(current_setting('bootstrap.runtime_password', true), '') = '' THEN
    RAISE EXCEPTION 'set bootstrap.owner_password and bootstrap.runtime_password first';
  END IF;

  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'policytab_owner') THEN
    CREATE ROLE policytab_owner;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'policytab_runtime') THEN
    CREATE ROLE policytab_runtime;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'policytab_lookup') THEN
    CREATE ROLE policytab_lookup;
  END IF;

  ALTER ROLE policytab_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
  ALTER ROLE policytab_runtime LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
  ALTER ROLE policytab_lookup NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
  EXECUTE format('ALTER ROLE policytab_owner PASSWORD %L', current_setting('bootstrap.owner_password'));
  EXECUTE format('ALTER ROLE policytab_runtime PASSWORD %L', current_setting('bootstrap.runtime_password'));

  -- The owner hands functions over to policytab_lookup (SET) without getting its rights (INHERIT). PostgreSQL 15
  -- cannot tell the two apart.
  IF current_setting('server_version_num')::int >= 160000 THEN
    EXECUTE 'GRANT policytab_lookup TO policytab_owner WITH SET TRUE, INHERIT FALSE';
  ELSE
    GRANT policytab_lookup TO policytab_owner;
  END IF;

  EXECUTE format('ALTER DATABASE %I OWNER TO policytab_owner', current_database());
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO policytab_runtime', current_database());
END
$$;
