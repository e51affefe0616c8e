/** `make screenshots`: every screen of the demo's fleet, light and dark, at two widths, to be looked at. */
import { mkdirSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { type Api, apiAsOwner } from "./api";
import { demo } from "./demo";
import { signIn } from "./steps";

const FOLDER = "test-results/screenshots";
const WIDTHS = [1440, 390];

test.setTimeout(900_000);

let api: Api;

test.beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  api = await apiAsOwner();
  await expect.poll(importedCount, { timeout: 300_000, intervals: [1_000] }).toBeGreaterThanOrEqual(12);
});

for (const scheme of ["light", "dark"] as const) {
  for (const width of WIDTHS) {
    test(`${scheme}, ${width} pixels`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 900 });
      await signIn(page, demo().email, demo().password);
      for (const [name, address] of await addresses()) {
        await page.goto(address);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        await expect(page.getByRole("status", { name: /Loading|Working|Asking/ })).toHaveCount(0);
        await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
        await page.screenshot({
          path: `${FOLDER}/${name}-${scheme}-${width}.png`,
          fullPage: true,
          animations: "disabled",
        });
      }
    });
  }
}

async function customers() {
  const { data } = await api.GET("/api/v1/customers", { params: { query: { limit: 100 } } });
  return data?.items ?? [];
}

async function importedCount(): Promise<number> {
  return (await customers()).filter(
    ({ status, running_import_id: running }) => status === "imported" && !running,
  ).length;
}

/** Every screen, with a customer that has something to show there. */
async function addresses(): Promise<[string, string][]> {
  const all = await customers();
  const of = (name: string) => `/customers/${all.find((one) => one.display_name.startsWith(name))?.id}`;
  const [changed, messy, pending] = [of("Ashby"), of("Glenview"), of("Maple")];
  const { data } = await api.GET("/api/v1/baselines", { params: { query: { limit: 10 } } });
  const signIn = {
    user: { type: "member" },
    application: "00000002-0000-0ff1-ce00-000000000000",
    client_app: "browser",
  };
  return [
    ["dashboard", "/"],
    ["customers", "/customers"],
    ["connect", `${pending}/connection`],
    ["connection", `${messy}/connection`],
    ["import", `${messy}/import`],
    ["summary", `${messy}/summary`],
    ["report", `${messy}/report`],
    ["report-checks", `${messy}/report?view=checks`],
    ["coverage", `${messy}/coverage?cell=members.all_apps`],
    ["what-if", `${messy}/coverage?view=what-if&sign_in=${encodeURIComponent(JSON.stringify(signIn))}`],
    ["policies", `${messy}/policies`],
    ["snapshots", `${changed}/snapshots`],
    ["snapshots-compare", `${changed}/snapshots/compare`],
    ["customer-settings", `${messy}/settings`],
    ["bindings", `${messy}/settings/bindings`],
    ["emergency-access", `${messy}/settings/emergency-access`],
    ["baselines", "/baselines"],
    ["baseline", `/baselines/${data?.items[0]?.id}`],
    ["account", "/settings/account"],
    ["workspace", "/settings/workspace"],
    ["people", "/settings/people"],
    ["api-tokens", "/settings/api-tokens"],
    ["audit-log", "/settings/audit-log"],
    ["guide", "/guide/baselines"],
  ];
}
