/** A workspace of many customers, put straight into the demo's database: a thousand imports would take an hour. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { demo } from "./demo";
import { type Api, PREFIX, clearCustomers } from "./api";

/** All customers of a large fleet begin so. */
export const FLEET = `${PREFIX} Fleet`;

/** As the walks' other customers, but of every state, with findings and policies as a fleet has them. */
const ROWS = `
BEGIN;
SELECT set_config('app.msp_id', :'msp', true);
INSERT INTO customers (msp_id, id, display_name, cloud, status, tenant_id, tenant_name, tenant_domain, licences, connected,
    policies_enabled, policies_report_only, policies_disabled,
    findings_critical, findings_high, findings_medium, findings_low, findings_info, last_snapshot_at)
SELECT :'msp'::uuid, md5('fleet' || c)::uuid, :'prefix' || ' ' || lpad(c::text, 4, '0'), 'emulator',
    (ARRAY['pending', 'connected', 'imported', 'imported', 'imported'])[1 + c % 5],
    CASE WHEN c % 5 > 0 THEN md5('tenant' || c)::uuid END, CASE WHEN c % 5 > 0 THEN 'Tenant ' || c END,
    CASE WHEN c % 5 > 0 THEN 'customer' || c || '.example' END,
    CASE WHEN c % 5 > 1 THEN '{"entra_id_p1": true, "entra_id_p2": false, "intune": true, "workload_id": false}'::jsonb END,
    c % 5 > 0, c % 40, c % 7, c % 5, c % 3, c % 9, c % 17, c % 23, c % 11,
    CASE WHEN c % 5 > 1 THEN now() - c * interval '1 hour' END
FROM generate_series(1, :'count'::int) c;
COMMIT;
`;

/** Whether customers can be put into the database: it takes the demo's own PostgreSQL, and psql. */
export function canMakeFleet(): boolean {
  try {
    execFileSync("psql", ["--version"]);
    address();
    return true;
  } catch {
    return false;
  }
}

function address(): string {
  const data = dirname(process.env.POLICYTAB_DEMO_JSON ?? "");
  const { runtime } = JSON.parse(readFileSync(join(data, "postgres", "passwords.json"), "utf8")) as {
    runtime: string;
  };
  const port = readFileSync(join(data, "postgres", "pgdata", "postmaster.pid"), "utf8").split("\n")[3];
  return `postgresql://policytab_runtime:${encodeURIComponent(runtime)}@127.0.0.1:${port}/policytab`;
}

/** Makes so many customers beside those that are there; they can't be opened far, since nothing was imported. */
export async function makeLargeFleet(api: Api, count: number): Promise<void> {
  await clearLargeFleet(api);
  const { data } = await api.GET("/api/v1/me");
  if (!data) throw new Error(`the demo at ${demo().url} does not say who is signed in`);
  execFileSync(
    "psql",
    [
      "--no-psqlrc",
      "--quiet",
      "--set=ON_ERROR_STOP=1",
      `--set=msp=${data.msp.id}`,
      `--set=prefix=${FLEET}`,
      `--set=count=${count}`,
      address(),
    ],
    { input: ROWS, stdio: ["pipe", "ignore", "inherit"] },
  );
}

export async function clearLargeFleet(api: Api): Promise<void> {
  for (;;) {
    const { data } = await api.GET("/api/v1/customers", { params: { query: { search: FLEET, limit: 1 } } });
    if (!data?.items.length) return;
    await clearCustomers(api, FLEET);
  }
}
