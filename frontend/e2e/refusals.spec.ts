/** The demo's tenants with something wrong: each is told at its place, and nothing is stored. */
import { type Page, expect, test } from "@playwright/test";
import { type Api, PREFIX, apiAsOwner, clearCustomers } from "./api";
import { type DemoTenant, demo, tenant } from "./demo";
import { signIn } from "./steps";

const CUSTOMER = `${PREFIX} Refusals`;

let owner: Api;
let id: string;
let page: Page;

test.describe.configure({ mode: "serial" });

test.beforeAll(async ({ browser }) => {
  owner = await apiAsOwner();
  await clearCustomers(owner);
  const { data } = await owner.POST("/api/v1/customers", {
    body: { display_name: CUSTOMER, cloud: "emulator" },
  });
  id = data?.id ?? "";
  page = await browser.newPage();
  await signIn(page, demo().email, demo().password);
});

test.afterAll(async () => {
  await page.close();
  await clearCustomers(owner);
});

async function tryToConnect({ client_id, client_secret }: DemoTenant, hint: string): Promise<void> {
  await page.goto(`/customers/${id}/connection`);
  await page.getByRole("button", { name: "Enter the tenant yourself" }).click();
  await page.getByLabel("Application (client) ID").fill(client_id);
  await page.getByLabel("Client secret value").fill(client_secret);
  await page.getByLabel("Directory (tenant) ID or domain").fill(hint);
  await page.getByRole("button", { name: "Save & continue" }).click();
}

for (const [key, label, message] of [
  ["expired-secret", "Client secret value", /secret has expired/],
  ["app-disabled", "Application (client) ID", /app is disabled/],
] as const) {
  test(`${key} is told at its field`, async () => {
    const wrong = tenant(key);
    await tryToConnect(wrong, wrong.domain);
    await expect(page.getByLabel(label)).toHaveAccessibleDescription(message);
  });
}

test("a tenant that does not exist is told at the tenant", async () => {
  await tryToConnect(tenant("good"), "no-such-tenant.example");
  await expect(page.getByLabel("Directory (tenant) ID or domain")).toHaveAccessibleDescription(
    /Entra (knows|finds) no such tenant/,
  );
});

test("a blocked app is told above the button", async () => {
  const blocked = tenant("blocked");
  await tryToConnect(blocked, blocked.domain);
  await expect(page.getByRole("alert")).toContainText("A policy of the tenant blocked the app");
});

test("missing consent names the permissions, and asks again by itself", async () => {
  const unconsented = tenant("no-consent");
  await tryToConnect(unconsented, unconsented.domain);
  const told = page.getByRole("alert");
  await expect(told).toContainText("Admin consent is missing");
  await expect(told).toContainText("Policy.Read.All");
  await expect(told).toContainText(/Asking again in \d+ s/);
  await expect(page.getByRole("button", { name: "Try again now" })).toBeEnabled();
});

test("after all of that nothing is stored", async () => {
  const { data } = await owner.GET("/api/v1/customers/{id}", { params: { path: { id } } });
  expect(data).toMatchObject({ status: "pending", connected: false, next_step: "connect" });
});

test("an import without policies says why", async () => {
  const tenantWithDefaults = tenant("security-defaults");
  await tryToConnect(tenantWithDefaults, tenantWithDefaults.domain);
  await page.getByRole("button", { name: "Import now" }).click();
  await expect(page.getByText("Security defaults are on instead of Conditional Access")).toBeVisible({
    timeout: 60_000,
  });
  await page.getByRole("navigation", { name: CUSTOMER }).getByRole("link", { name: "Summary" }).click();
  await expect(page.getByText("Security defaults are on instead of Conditional Access")).toBeVisible();
});

test("the same tenant can't be connected twice, and the link leads to the one that has it", async () => {
  const { data } = await owner.POST("/api/v1/customers", {
    body: { display_name: `${CUSTOMER} again`, cloud: "emulator" },
  });
  const first = id;
  id = data?.id ?? "";
  const taken = tenant("security-defaults");
  await tryToConnect(taken, taken.domain);
  await page.getByRole("link", { name: `Open ${CUSTOMER}` }).click();
  await expect(page).toHaveURL(new RegExp(`/customers/${first}/summary`));
});

test("a tenant that Graph slows down says from when on it can be tried again, and then it works", async () => {
  const slow = tenant("no-licence");
  const { data } = await owner.POST("/api/v1/customers", {
    body: { display_name: `${CUSTOMER} slowed down`, cloud: "emulator" },
  });
  id = data?.id ?? "";
  const faults = `${demo().emulator_url}/_sim/faults`;
  const fault = { tenant: slow.tenant_id, path: "/identity/conditionalAccess/policies" };
  const made = await fetch(faults, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...fault, kind: "status", status: 429, retry_after: "7200" }),
  });
  expect(made.ok).toBe(true);
  try {
    await tryToConnect(slow, slow.domain);
    await page.getByRole("button", { name: "Import now" }).click();
    const told = page.getByRole("alert");
    await expect(told).toContainText("Microsoft Graph is slowing this tenant down", { timeout: 60_000 });
    await expect(told).toContainText(/It can be tried again in (1 hour|5\d minutes)\./);
    // Somebody who comes back later reads the same.
    await page.reload();
    await expect(told).toContainText(/It can be tried again in (1 hour|5\d minutes)\./);
  } finally {
    await fetch(faults, { method: "DELETE" });
  }
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("link", { name: "Open report" })).toBeVisible({ timeout: 60_000 });
});
