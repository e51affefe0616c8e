import { readFileSync } from "node:fs";

export interface DemoTenant {
  name: string;
  tenant_id: string;
  domain: string;
  client_id: string;
  client_secret: string;
  /** Begins with the tenant's key and a colon. */
  note: string;
}

export interface Demo {
  url: string;
  /** Where the emulator of Entra and Graph takes orders, below `/_sim`. */
  emulator_url: string;
  email: string;
  password: string;
  tenants: DemoTenant[];
}

/** The running demo that the tests walk through, as `policytab demo` describes itself. */
export function demo(): Demo {
  const file = process.env.POLICYTAB_DEMO_JSON;
  if (!file) {
    throw new Error(
      "POLICYTAB_DEMO_JSON must name the demo.json of a running demo; `make test-e2e` starts one.",
    );
  }
  return JSON.parse(readFileSync(file, "utf8")) as Demo;
}

export function tenant(key: string): DemoTenant {
  const found = demo().tenants.find(({ note }) => note.startsWith(`${key}:`));
  if (!found) throw new Error(`the demo has no tenant ${key}`);
  return found;
}
