/** What happens around a page that is open: other people, an ended session, a server that is gone for a while. */
import { type Page, expect, test } from "@playwright/test";
import { type Api, PREFIX, apiAsOwner, clearBaselines, clearCustomers } from "./api";
import { demo, tenant } from "./demo";
import { signIn } from "./steps";

let owner: Api;

test.beforeAll(async () => {
  owner = await apiAsOwner();
  await clearCustomers(owner);
  await clearBaselines(owner);
});

test.afterAll(async () => {
  await clearCustomers(owner);
  await clearBaselines(owner);
});

test("two browsers side by side show the same within a second", async ({ browser }) => {
  const pages = await Promise.all(
    [0, 1].map(async () => {
      const page = await (await browser.newContext({ baseURL: demo().url })).newPage();
      await signIn(page, demo().email, demo().password);
      await page.goto("/customers");
      await expect(page.getByRole("heading", { name: "Customers", level: 1 })).toBeVisible();
      return page;
    }),
  );
  const [first, second] = pages as [Page, Page];
  const name = `${PREFIX} Side by side`;
  const { data } = await owner.POST("/api/v1/customers", { body: { display_name: name, cloud: "emulator" } });
  for (const page of [first, second])
    await expect(page.getByRole("link", { name })).toBeVisible({ timeout: 1_000 });
  await owner.DELETE("/api/v1/customers/{id}", { params: { path: { id: data?.id ?? "" } } });
  for (const page of [first, second])
    await expect(page.getByRole("link", { name })).toHaveCount(0, { timeout: 1_000 });
  await Promise.all(pages.map((page) => page.context().close()));
});

test("a session that ends in the middle of typing asks for the password and loses nothing", async ({
  page,
}) => {
  await signIn(page, demo().email, demo().password);
  await page.goto("/customers?add=true");
  const name = `${PREFIX} Typed before`;
  await page.getByLabel("Display name").fill(name);
  // The server ends it: the access token is refused, and so is the cookie.
  await page.context().clearCookies();
  await page.route("**/api/v1/customers", (route) =>
    route.request().method() === "POST"
      ? route.fulfill({ status: 401, contentType: "application/problem+json", body: "{}" })
      : route.continue(),
  );
  await page.getByRole("button", { name: "Continue to connect" }).click();
  const again = page.getByRole("alertdialog", { name: "Your session has ended" });
  await expect(again).toBeVisible();
  await page.unroute("**/api/v1/customers");
  await again.getByLabel("Password").fill("not this one");
  await again.getByRole("button", { name: "Sign in again" }).click();
  await expect(again.getByText("The password is wrong.")).toBeVisible();
  await again.getByLabel("Password").fill(demo().password);
  await again.getByRole("button", { name: "Sign in again" }).click();
  // What was sent goes on by itself.
  await expect(page.getByRole("heading", { name: "Graph connection", level: 1 })).toBeVisible();
  await expect(page.getByText(name).first()).toBeVisible();
});

test("a server that is gone for a while is told, and what was typed stays", async ({ page, context }) => {
  await signIn(page, demo().email, demo().password);
  await page.goto("/customers?add=true");
  const name = `${PREFIX} Typed offline`;
  await page.getByLabel("Display name").fill(name);
  await context.setOffline(true);
  const go = page.getByRole("button", { name: "Continue to connect" });
  await go.click();
  await expect(page.getByRole("dialog").getByRole("alert")).toBeVisible();
  await expect(page.getByLabel("Display name")).toHaveValue(name);
  await context.setOffline(false);
  await go.click();
  await expect(page.getByRole("heading", { name: "Graph connection", level: 1 })).toBeVisible();
});

test("two tabs that edit the same thing: the second is told, and keeps what it typed", async ({ page }) => {
  const made = await owner.POST("/api/v1/customers", {
    body: { display_name: `${PREFIX} Edited twice`, cloud: "emulator" },
  });
  await signIn(page, demo().email, demo().password);
  const address = `/customers/${made.data?.id}/settings`;
  await page.goto(address);
  const other = await secondTab(page, address);
  await other.getByLabel("Display name").fill(`${PREFIX} Edited second`);
  await page.getByLabel("Display name").fill(`${PREFIX} Edited first`);
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(page.getByText("The customer was renamed").first()).toBeVisible();
  await other.getByRole("button", { name: "Save name" }).click();
  await expect(other.getByRole("alert")).toBeVisible();
  await expect(other.getByLabel("Display name")).toHaveValue(`${PREFIX} Edited second`);
});

test("two tabs that rename the same baseline: the second is told, and keeps what it typed", async ({
  page,
}) => {
  const { data } = await owner.POST("/api/v1/baselines/import/files", {
    body: {
      name: `${PREFIX} Renamed twice`,
      files: [
        { path: "a.json", content: JSON.stringify({ displayName: "A", state: "disabled", conditions: {} }) },
      ],
      preview: false,
    },
  });
  await signIn(page, demo().email, demo().password);
  const address = `/baselines/${data?.baseline?.id}`;
  const other = await secondTab(page, address);
  await page.goto(address);
  for (const [tab, name] of [
    [other, `${PREFIX} Renamed second`],
    [page, `${PREFIX} Renamed first`],
  ] as const) {
    await tab.getByRole("button", { name: "Rename" }).click();
    await tab.getByLabel("Baseline name").fill(name);
  }
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(page.getByRole("heading", { name: `${PREFIX} Renamed first`, level: 1 })).toBeVisible();
  await other.getByRole("button", { name: "Save name" }).click();
  await expect(other.getByRole("dialog").getByRole("alert")).toBeVisible();
  await expect(other.getByLabel("Baseline name")).toHaveValue(`${PREFIX} Renamed second`);
});

test("two tabs that bind the same references: the second is told, and keeps what it chose", async ({
  page,
}) => {
  const { client_id, client_secret, domain } = tenant("no-directory");
  const made = await owner.POST("/api/v1/customers", {
    body: { display_name: `${PREFIX} Bound twice`, cloud: "emulator" },
  });
  const path = { id: made.data?.id ?? "" };
  await owner.PUT("/api/v1/customers/{id}/connect", {
    params: { path },
    body: { client_id, client_secret, tenant_hint: domain },
  });
  const library = await owner.GET("/api/v1/baselines", { params: { query: { limit: 50 } } });
  const reference = library.data?.items.find((each) => each.built_in)?.id ?? "";
  await owner.POST("/api/v1/customers/{id}/import", {
    params: { path },
    body: { comparison_baseline: { kind: "workspace_baseline", baseline_id: reference } },
  });
  await expect
    .poll(async () => (await owner.GET("/api/v1/customers/{id}", { params: { path } })).data?.status, {
      timeout: 60_000,
    })
    .toBe("imported");

  await signIn(page, demo().email, demo().password);
  const address = `/customers/${path.id}/settings/bindings`;
  const other = await secondTab(page, address);
  await page.goto(address);
  for (const [tab, at] of [
    [other, 1],
    [page, 0],
  ] as const) {
    const row = tab.getByRole("list", { name: "References of the baseline" }).getByRole("listitem").nth(at);
    await row.getByRole("button", { name: "Change" }).click();
    await row.getByRole("radio", { name: /^Leave unbound/ }).check();
  }
  const save = { name: "Save 1 change" };
  await page.getByRole("button", save).click();
  await expect(page.getByText("The bindings were saved").first()).toBeVisible();
  await other.getByRole("button", save).click();
  await expect(other.getByRole("alert")).toBeVisible();
  // What was chosen is still chosen, on top of what holds by now; the same click saves it.
  await other.getByRole("button", save).click();
  await expect(other.getByText("The bindings were saved").first()).toBeVisible();
  const { data } = await owner.GET("/api/v1/customers/{id}/bindings", { params: { path } });
  expect(data?.items.filter(({ state }) => state === "refused")).toHaveLength(2);
});

/** A tab that hears of nothing: its stream of events is cut. */
async function secondTab(first: Page, address: string): Promise<Page> {
  const other = await first.context().newPage();
  await other.route("**/api/v1/events", (route) => route.abort());
  await other.goto(address);
  await expect(other.getByRole("heading", { level: 1 })).toBeVisible();
  return other;
}
