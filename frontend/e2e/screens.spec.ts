/** Every screen, light and dark, at three widths: nothing for axe to find fault with, and a picture to look at. */
import { mkdirSync } from "node:fs";
import { type Page, expect, test } from "@playwright/test";
import type { components } from "../src/api/schema";
import { type Api, PREFIX, apiAsOwner, clearApiTokens, clearBaselines, clearCustomers } from "./api";
import { demo, tenant } from "./demo";
import { type Rules, expectAccessible, expectPrintable, signIn } from "./steps";

const PICTURES = "test-results/screens";
/** A phone, a small and a large screen; the walk itself goes on at the last. */
const WIDTHS = [390, 1024, 1440];
/** What of axe's rules depends on the theme, and takes the longest. */
const OF_COLOUR = ["color-contrast", "link-in-text-block"];
/** All rules in both themes, and colours at all widths; what depends on the width alone is looked at once. */
const RULES: Record<"light" | "dark", Record<number, Rules>> = {
  light: { 390: {}, 1024: { without: OF_COLOUR }, 1440: {} },
  dark: { 390: { only: OF_COLOUR }, 1024: { only: OF_COLOUR }, 1440: {} },
};
const MESSY = tenant("messy");
const FRESH = tenant("no-policies");

interface Fleet {
  pending: string;
  connected: string;
  imported: string;
  baseline: string;
}

let owner: Api;
let ids: Fleet;

test.describe.configure({ mode: "serial" });
test.setTimeout(900_000);

test.beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  owner = await apiAsOwner();
  await clearCustomers(owner);
  await clearBaselines(owner);
  await clearApiTokens(owner);
  ids = await makeFleet(owner);
});

test.afterAll(async () => {
  await clearCustomers(owner);
  await clearBaselines(owner);
  await clearApiTokens(owner);
});

for (const scheme of ["light", "dark"] as const) {
  test(`every screen, ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width: 1440, height: 900 });
    const take = (name: string) => picture(page, name, scheme);

    await page.goto("/sign-in");
    await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
    await take("sign-in");
    await signIn(page, demo().email, demo().password);
    await expect(page.getByRole("table", { name: "Customers" })).toBeVisible();
    await take("dashboard");

    await open("/customers", "Customers");
    await take("customers");
    await open("/customers?search=zzqx", "Customers");
    await expect(page.getByText("No customer matches")).toBeVisible();
    await take("customers-none");
    await page.goto("/customers?add=true");
    await expect(page.getByRole("dialog")).toBeVisible();
    await take("add-customer");

    await open(`/customers/${ids.pending}/connection`, "Graph connection");
    await expect(page.getByRole("list", { name: "Application permissions" })).toBeVisible();
    await take("connect");
    await page.getByRole("tab", { name: "Azure Cloud Shell" }).click();
    await take("connect-script");
    await page.getByLabel("Application (client) ID").fill(FRESH.client_id);
    await page.getByLabel("Client secret value").fill(FRESH.tenant_id);
    await expect(page.getByText("paste its value")).toBeVisible();
    await take("connect-invalid");
    await open(`/customers/${ids.pending}/report`, "Report");
    await take("not-yet");

    await open(`/customers/${ids.connected}/import`, "Import & baseline");
    await expect(page.getByRole("button", { name: "Import now" })).toBeVisible();
    await take("import-choice");

    const imported = `/customers/${ids.imported}`;
    await open(`${imported}/connection`, "Graph connection");
    await expect(page.getByRole("button", { name: "Rotate secret" })).toBeVisible();
    await take("connection");
    await page.getByRole("button", { name: "Rotate secret" }).click();
    await take("connection-rotate");
    await open(`${imported}/import`, "Import & baseline");
    await expect(page.getByText("The tenant is imported")).toBeVisible();
    await take("import-done");
    await open(`${imported}/summary`, "Summary");
    await expect(page.getByRole("region", { name: "Licences and what they allow" })).toBeVisible();
    await take("summary");
    await open(`${imported}/report`, "Report");
    await expect(page.getByRole("table", { name: "Findings", exact: true })).toBeVisible();
    await expect(page.getByRole("table", { name: "Accepted findings" })).toBeVisible();
    await take("report");
    await expectPrintable(page);
    await open(`${imported}/report?source=comparison_baseline&status=open`, "Report");
    await page
      .getByRole("table", { name: "Findings", exact: true })
      .getByRole("button", { name: /^(Missing|Open in part|Weaker): / })
      .first()
      .click();
    await expect(page.getByRole("dialog")).toBeVisible();
    await take("finding");
    await page.getByRole("button", { name: "What If" }).click();
    await expect(page.getByText(/^Policies that apply/)).toBeVisible();
    await take("finding-what-if");
    await page.getByRole("button", { name: "Accept finding" }).click();
    await expect(page.getByRole("dialog", { name: "Accept finding" })).toBeVisible();
    await take("accept-finding");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("button", { name: "Accept finding" })).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await open(`${imported}/report?view=checks`, "Report");
    await expect(page.getByRole("table", { name: "Reference checks" })).toBeVisible();
    await take("report-checks");
    await open(`${imported}/report?search=zzqx`, "Report");
    await expect(page.getByText("No finding matches")).toBeVisible();
    await take("report-none");
    await open(`${imported}/coverage?cell=members.all_apps`, "Coverage");
    await expect(page.getByRole("heading", { name: /^Members · All apps/ })).toBeVisible();
    await take("coverage");
    await open(`${imported}/coverage?view=what-if`, "Coverage");
    await page.getByRole("button", { name: "What If" }).click();
    await expect(page.getByText(/^Policies that apply/)).toBeVisible();
    await take("what-if");
    await open(`${imported}/policies`, "Policies");
    await expect(page.getByRole("article").first()).toBeVisible();
    await page.getByText("Raw JSON").first().click();
    await take("policies");
    await page.getByRole("checkbox", { name: "Compare Pilot", exact: true }).check();
    await expect(page.getByText(/^Choose the policy to compare/)).toBeVisible();
    await take("policies-choose");
    await page.getByRole("checkbox", { name: "Compare Pilot - copy" }).click();
    await expect(page.getByRole("region", { name: "The same in both" })).toBeVisible();
    await take("policies-compare");
    await open(`${imported}/snapshots`, "Snapshots");
    await expect(page.getByRole("table", { name: "Snapshots" })).toBeVisible();
    await take("snapshots");
    await open(`${imported}/snapshots/compare`, "Compare snapshots");
    await expect(page.getByRole("region", { name: "Direction" })).toBeVisible();
    await take("snapshots-compare");
    await open(`${imported}/settings`, "Customer settings");
    await expect(page.getByRole("button", { name: "Save comparison baseline" })).toBeVisible();
    await take("customer-settings");
    await open(`${imported}/settings/bindings`, "Customer settings");
    await page.getByRole("button", { name: "Change" }).first().click();
    await take("bindings");
    await open(`${imported}/settings/emergency-access`, "Customer settings");
    await expect(page.getByRole("button", { name: "Add as emergency access" })).toBeVisible();
    await take("emergency-access");
    await open(`${imported}/settings`, "Customer settings");
    await page.getByRole("button", { name: "Delete customer" }).click();
    await expect(page.getByRole("dialog")).toBeVisible();
    await take("delete-customer");

    await open("/baselines", "Baseline library");
    await expect(page.getByRole("table", { name: "Workspace baselines" })).toBeVisible();
    await take("baselines");
    await page.getByRole("button", { name: "Import from files" }).click();
    await page.getByLabel("Policy files", { exact: true }).setInputFiles([
      { name: "mfa.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(MFA)) },
      { name: "notes.json", mimeType: "application/json", buffer: Buffer.from('{"a": 1}') },
    ]);
    await expect(page.getByText("1 policy found")).toBeVisible();
    await expect(page.getByText("1 file skipped")).toBeVisible();
    await take("baseline-import");
    await page.goto("/baselines?import=github");
    await expect(page.getByRole("dialog")).toBeVisible();
    await take("baseline-github");
    await open(`/baselines/${ids.baseline}`, BASELINE);
    await expect(page.getByRole("article").first()).toBeVisible();
    await take("baseline");

    await open("/settings/people", "People and roles");
    await expect(page.getByRole("table", { name: "People" })).toBeVisible();
    await take("people");
    await page.getByRole("button", { name: "Add person" }).click();
    await expect(page.getByRole("dialog")).toBeVisible();
    await take("add-person");
    await open("/settings/api-tokens", "API tokens");
    await page.getByRole("button", { name: "Create token" }).first().click();
    await page.getByLabel("Name").fill(`${PREFIX} token`);
    await page.getByRole("dialog").getByRole("button", { name: "Create token" }).click();
    await expect(page.getByText("Copy the token now")).toBeVisible();
    await take("api-token-made");
    await page.getByRole("button", { name: "Done" }).click();
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await take("api-tokens");
    await page.getByRole("button", { name: `Revoke ${PREFIX} token` }).click();
    await page.getByRole("button", { name: "Revoke token" }).click();
    await expect(page.getByRole("button", { name: `Revoke ${PREFIX} token` })).toHaveCount(0);
    await open("/settings/audit-log", "Audit log");
    await expect(page.getByRole("table", { name: "Audit log" })).toBeVisible();
    await take("audit-log");
    await open("/guide/app-permissions", /permissions/i);
    await take("guide");
    await open("/nowhere", "Page not found");
    await take("not-found");

    await open("/guide/baselines?search=admin%20consent", "Search: admin consent");
    await expect(page.getByRole("list", { name: "Found in the guide" })).toBeVisible();
    await take("guide-search");

    // What only a phone has.
    await page.setViewportSize({ width: 390, height: 844 });
    await open("/", "Dashboard");
    await page.getByRole("button", { name: "Navigation" }).click();
    await expect(page.getByRole("navigation", { name: "Workspace" })).toBeVisible();
    await expectAccessible(page);

    async function open(address: string, heading: string | RegExp): Promise<void> {
      await page.goto(address);
      await expect(page.getByRole("heading", { name: heading, level: 1 })).toBeVisible();
    }
  });
}

test("the keyboard reaches the search with a slash and leaves a dialog with Esc", async ({ page }) => {
  await signIn(page, demo().email, demo().password);
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox", { name: "Search customers" })).toBeFocused();
  await page.keyboard.type("nothing like this");
  await expect(page.getByText("No customer matches")).toBeVisible();
  await expect(page).toHaveURL(/search=nothing/);
  await page.goto("/customers?add=true");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page).not.toHaveURL(/add/);
});

/** Looks at the screen at every width; its state stays, only the window changes. */
async function picture(page: Page, name: string, scheme: "light" | "dark"): Promise<void> {
  await expect(page.getByRole("status", { name: /Loading/ })).toHaveCount(0);
  // A dialog hides the rest from screen readers; what it hid must be back once it is gone.
  if ((await page.getByRole("dialog").or(page.getByRole("alertdialog")).count()) === 0) {
    await expect(page.locator("#root[aria-hidden]")).toHaveCount(0);
  }
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    const between = width === WIDTHS[1];
    await test.step(`${name} at ${width} pixels`, async () => {
      await expectAccessible(page, RULES[scheme][width]);
      await expect(async () => expect(await sideways(page)).toBeLessThanOrEqual(0)).toPass({
        timeout: 2_000,
      });
    });
    if (!between) {
      await page.screenshot({
        path: `${PICTURES}/${name}-${scheme}-${width}.png`,
        fullPage: true,
        animations: "disabled",
      });
    }
  }
}

/** How far the page can be scrolled sideways. */
async function sideways(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

const BASELINE = `${PREFIX} baseline`;

const MFA = {
  displayName: "Require MFA for all users",
  state: "enabled",
  conditions: {
    // A placeholder, as published baselines have them: it has to be bound.
    users: { includeUsers: ["All"], excludeGroups: ["<Emergency access>"] },
    applications: { includeApplications: ["All"] },
    clientAppTypes: ["all"],
  },
  grantControls: { operator: "OR", builtInControls: ["mfa"] },
};

const LEGACY = {
  displayName: "Block legacy authentication",
  state: "enabled",
  conditions: {
    users: { includeUsers: ["All"] },
    applications: { includeApplications: ["All"] },
    clientAppTypes: ["exchangeActiveSync", "other"],
  },
  grantControls: { operator: "OR", builtInControls: ["block"] },
};

/** One customer in each state; the imported one is compared with a workspace baseline. */
async function makeFleet(api: Api): Promise<Fleet> {
  const library = await api.POST("/api/v1/baselines/import/files", {
    body: {
      name: BASELINE,
      files: [{ path: "baseline.json", content: JSON.stringify([MFA, LEGACY]) }],
      preview: false,
    },
  });
  const baseline = library.data?.baseline?.id;
  if (!baseline) throw new Error(`the baseline was refused: ${JSON.stringify(library.error)}`);
  const pending = await add(api, `${PREFIX} Adatum`);
  const connected = await add(api, `${PREFIX} ${FRESH.name}`, FRESH);
  const imported = await add(api, `${PREFIX} ${MESSY.name}`, MESSY);
  await importAndWait(api, imported, { kind: "workspace_baseline", baseline_id: baseline });
  await importAndWait(api, imported);
  await acceptSomething(api, imported);
  return { pending, connected, imported, baseline };
}

type Baseline = components["schemas"]["ComparisonBaselineBody"];

/** Imports, or re-syncs when nothing is chosen. */
async function importAndWait(api: Api, id: string, comparison_baseline?: Baseline): Promise<void> {
  const started = await api.POST("/api/v1/customers/{id}/import", {
    params: { path: { id } },
    body: comparison_baseline ? { comparison_baseline } : {},
  });
  const run = started.data?.id;
  if (!run) throw new Error(`the import was refused: ${JSON.stringify(started.error)}`);
  await expect
    .poll(
      async () => {
        const { data } = await api.GET("/api/v1/customers/{id}/imports/{import_id}", {
          params: { path: { id, import_id: run } },
        });
        return data?.state;
      },
      { timeout: 90_000 },
    )
    .toBe("succeeded");
}

/** Accepts the least of the findings, so that there is one to see. */
async function acceptSomething(api: Api, id: string): Promise<void> {
  const { data } = await api.GET("/api/v1/customers/{id}/report", { params: { path: { id } } });
  const finding = (data as components["schemas"]["ReportOut"] | undefined)?.findings.findLast(
    ({ kind, severity }) => kind === "check_not_met" && severity !== "info",
  );
  if (!finding) throw new Error("the tenant meets every reference check");
  const accepted = await api.PUT("/api/v1/customers/{id}/findings/{finding_id}/acceptance", {
    params: { path: { id, finding_id: finding.id } },
    body: {
      reason: "The customer plans it for the spring.",
      owner: "IT lead of the customer",
      expires_at: new Date(Date.now() + 30 * 86_400_000).toISOString(),
    },
  });
  if (!accepted.data) throw new Error(`accepting was refused: ${JSON.stringify(accepted.error)}`);
}

async function add(api: Api, display_name: string, credentials?: ReturnType<typeof tenant>): Promise<string> {
  const { data, error } = await api.POST("/api/v1/customers", { body: { display_name, cloud: "emulator" } });
  if (!data) throw new Error(`adding ${display_name} failed: ${JSON.stringify(error)}`);
  if (credentials) {
    const { client_id, client_secret, domain } = credentials;
    const saved = await api.PUT("/api/v1/customers/{id}/connect", {
      params: { path: { id: data.id } },
      body: { client_id, client_secret, tenant_hint: domain },
    });
    if (!saved.data) throw new Error(`connecting ${display_name} failed: ${JSON.stringify(saved.error)}`);
  }
  return data.id;
}
