import { readFile } from "node:fs/promises";
import { expect, test } from "@playwright/test";
import {
  type Api,
  PREFIX,
  type Person,
  addPerson,
  apiAs,
  apiAsOwner,
  clearCustomers,
  removePerson,
} from "./api";
import { tenant } from "./demo";
import { signIn } from "./steps";

/** What each export begins with. */
const CONTENT = {
  html: /^<!doctype html>/i,
  csv: /^\W*\w+,/,
  json: /^\s*\{/,
  sarif: /sarif-schema-2\.1\.0|"version":\s*"2\.1\.0"/,
};

const GOOD = tenant("good");
const NAME = `${PREFIX} ${GOOD.name}`;
const GITHUB = `${PREFIX} from GitHub`;

/** How a report against the imported snapshot says that nothing of it is lost. */
const NO_GAP = /do all that the imported snapshot does: there is no gap/;

let owner: Api;
let admin: Person;
let viewer: Person;

test.describe.configure({ mode: "serial" });

test.beforeAll(async () => {
  owner = await apiAsOwner();
  await clearCustomers(owner);
  admin = await addPerson(owner, "admin");
  viewer = await addPerson(owner, "viewer");
});

test.afterAll(async () => {
  await clearCustomers(owner);
  await removePerson(owner, admin);
  await removePerson(owner, viewer);
});

test("an admin adds, connects and imports a customer and reads its report", async ({ page }) => {
  await signIn(page, admin.email, admin.password);
  const imported = page.getByRole("region", { name: "Customers by status" }).getByRole("definition").nth(2);
  const before = Number(await imported.textContent());

  // Add.
  await page.getByRole("button", { name: "Add customer" }).first().click();
  await page.getByLabel("Display name").fill(NAME);
  await page.getByLabel("Cloud").click();
  await page.getByRole("option", { name: "Emulator" }).click();
  await page.getByRole("button", { name: "Continue to connect" }).click();

  // Connect: only what can be done now is offered.
  await expect(page.getByRole("heading", { name: "Graph connection", level: 1 })).toBeVisible();
  const nav = page.getByRole("navigation", { name: NAME });
  await expect(nav.getByRole("link")).toHaveText(["Graph connection", "Customer settings"]);

  // The secret's id instead of its value is caught before anything is sent.
  const save = page.getByRole("button", { name: "Save & continue" });
  const secret = page.getByLabel("Client secret value");
  await page.getByLabel("Application (client) ID").fill(GOOD.client_id);
  await secret.fill(GOOD.tenant_id);
  await expect(page.getByText("paste its value")).toBeVisible();
  await expect(save).toBeDisabled();

  // A wrong secret is told at its field; everything else stays as typed.
  await secret.fill("wrong~secret~that~nobody~made");
  await save.click();
  await fillTenantWhenAsked();
  await expect(secret).toHaveAccessibleDescription(/refused this client secret/);
  await expect(secret).toHaveValue("");
  await expect(page.getByLabel("Application (client) ID")).toHaveValue(GOOD.client_id);

  // The right one connects.
  await secret.fill(GOOD.client_secret);
  await save.click();
  await expect(page.getByRole("heading", { name: "Import & baseline", level: 1 })).toBeVisible();
  await expect(nav.getByRole("link")).toHaveText([
    "Graph connection",
    "Import & baseline",
    "Customer settings",
  ]);

  // Import: the recommended choice is made already, and the steps come by themselves.
  await expect(page.getByRole("radio", { name: /Imported snapshot/ })).toBeChecked();
  await page.getByRole("button", { name: "Import now" }).click();
  const steps = page.getByRole("list", { name: "Import steps" }).getByRole("listitem");
  await expect(steps).toHaveCount(11);
  await expect(page.getByText("The tenant is imported")).toBeVisible({ timeout: 60_000 });
  for (const step of await steps.all()) await expect(step).toHaveAttribute("data-state", /succeeded|skipped/);
  await expect(steps.filter({ hasText: "Policies" }).first()).toContainText(/\d+ policies/);

  // Against the imported snapshot there is no gap; the reference checks have something to say all the same.
  await page.getByRole("link", { name: "Open report" }).click();
  await expect(page.getByRole("heading", { name: "Report", level: 1 })).toBeVisible();
  await expect(page.getByText(NO_GAP)).toBeVisible();
  await expect(nav.getByRole("link")).toHaveCount(8);
  const findings = page.getByRole("table", { name: "Findings", exact: true });
  await expect(findings.getByRole("row").nth(1)).toContainText("Reference check");
  await page.getByRole("tab", { name: /Reference checks \(\d+\)/ }).click();
  const checks = page.getByRole("table", { name: "Reference checks" });
  await expect(checks.getByRole("row", { name: /Legacy authentication is blocked/ })).toContainText("Met");
  await page.getByRole("tab", { name: /Findings/ }).click();

  // It goes out as a file.
  for (const [format, ending] of [
    ["HTML, for printing", "html"],
    ["CSV", "csv"],
    ["JSON", "json"],
    ["SARIF", "sarif"],
  ] as const) {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("menuitem", { name: format }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe(`${NAME} report.${ending}`);
    expect(await readFile(await file.path(), "utf8")).toMatch(CONTENT[ending]);
  }

  // On paper it is the document, not the screen.
  const printed = page.waitForResponse(
    (answer) => answer.url().endsWith("/report") && answer.request().headers().accept === "text/html",
  );
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("menuitem", { name: "Print", exact: true }).click();
  expect((await printed).ok()).toBe(true);
  await expect(page.getByRole("alert")).toHaveCount(0);

  // What was read can be looked at.
  await nav.getByRole("link", { name: "Policies" }).click();
  await expect(page.getByRole("article").first()).toBeVisible();
  const policies = await page.getByRole("article").count();
  expect(policies).toBeGreaterThan(5);

  // The dashboard counts it, and leads to its summary now.
  await page.getByRole("link", { name: "Dashboard" }).click();
  await expect(imported).toHaveText(String(before + 1));
  const row = page.getByRole("row", { name: new RegExp(NAME) });
  await expect(row).toContainText("Imported");
  await expect(row.getByRole("img", { name: /Policies: \d+ on/ })).toBeVisible();
  await row.getByRole("link", { name: NAME }).click();
  await expect(page.getByRole("heading", { name: "Summary", level: 1 })).toBeVisible();

  async function fillTenantWhenAsked(): Promise<void> {
    const hint = page.getByLabel("Directory (tenant) ID or domain");
    const refused = page.getByText("refused this client secret");
    await expect(hint.or(refused)).toBeVisible();
    if (await refused.isVisible()) return;
    await hint.fill(GOOD.domain);
    await secret.fill("wrong~secret~that~nobody~made");
    await save.click();
  }
});

test("an admin comes back to the console by a link after signing in", async ({ page }) => {
  await page.goto("/settings/audit-log");
  await expect(page.getByRole("heading", { name: "Sign in", level: 1 })).toBeVisible();
  await page.getByLabel("Email").fill(admin.email);
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("The email address or the password is wrong.")).toBeVisible();
  await page.getByLabel("Password").fill(admin.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Audit log", level: 1 })).toBeVisible();
  await expect(page.getByRole("row", { name: new RegExp(`${PREFIX} admin`) }).first()).toBeVisible();

  // A reload keeps the session; signing out ends it.
  await page.reload();
  await expect(page.getByRole("heading", { name: "Audit log", level: 1 })).toBeVisible();
  await page.getByRole("button", { name: /Account of/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in", level: 1 })).toBeVisible();
  await page.goto("/customers");
  await expect(page.getByRole("heading", { name: "Sign in", level: 1 })).toBeVisible();
});

test("a finding is accepted for a while, and opened again", async ({ page }) => {
  await signIn(page, admin.email, admin.password);
  await page.getByRole("link", { name: NAME }).click();
  await page.getByRole("navigation", { name: NAME }).getByRole("link", { name: "Report" }).click();
  const findings = page.getByRole("table", { name: "Findings", exact: true });
  const first = findings.getByRole("button").first();
  const title = (await first.textContent()) ?? "";
  await first.click();
  await page.getByRole("button", { name: "Accept finding" }).click();
  const dialog = page.getByRole("dialog", { name: "Accept finding" });
  await dialog.getByLabel("Reason").fill("The customer plans it for the spring.");
  await dialog.getByLabel("Owner").fill("IT lead");
  await dialog.getByRole("button", { name: "Accept finding" }).click();
  await expect(page.getByText(/^Accepted until/)).toBeVisible();
  // The focus is back in the drawer, so that the keyboard goes on from there.
  await expect(page.getByRole("button", { name: "Change acceptance" })).toBeFocused();
  await page.keyboard.press("Escape");
  const accepted = page.getByRole("table", { name: "Accepted findings" });
  await expect(accepted.getByRole("row").nth(1)).toContainText("The customer plans it for the spring.");
  await expect(accepted).toContainText(title);

  await accepted.getByRole("button", { name: title }).click();
  await page.getByRole("button", { name: "Open again" }).click();
  await page
    .getByRole("dialog", { name: "Open this finding again?" })
    .getByRole("button", { name: "Open again" })
    .click();
  await expect(page.getByRole("button", { name: "Accept finding" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(accepted).toHaveCount(0);
  await expect(findings.getByRole("button", { name: title })).toBeVisible();
});

test("a baseline comes from GitHub, and the customer is compared with it", async ({ page }) => {
  await signIn(page, admin.email, admin.password);
  await page.getByRole("link", { name: "Baseline library" }).click();
  const library = page.getByRole("table", { name: "Workspace baselines" });
  await expect(library.getByRole("row", { name: /Policytab reference baseline/ })).toContainText("Built in");
  await page.getByRole("button", { name: "Import from GitHub" }).click();
  await page.getByLabel("Repository").fill("https://github.com/northlight-it/conditional-access-baseline");
  await page.getByRole("textbox", { name: "Folder" }).fill("policies");
  await page.getByRole("button", { name: "Preview" }).click();
  await expect(page.getByText(/^\d+ policies found$/)).toBeVisible();
  await page.getByLabel("Baseline name").fill(GITHUB);
  await page.getByRole("button", { name: /^Import \d+ policies$/ }).click();
  await expect(page.getByRole("heading", { name: GITHUB, level: 1 })).toBeVisible();
  await expect(page.getByRole("table", { name: "Versions" })).toContainText("1 (current)");
  await page.getByRole("button", { name: "Check for update" }).click();
  await expect(page.getByText(/^Nothing newer than/)).toBeVisible();
  await page.getByRole("button", { name: "Close" }).click();

  await page.getByRole("link", { name: "Customers", exact: true }).click();
  await page.getByRole("link", { name: NAME }).click();
  const nav = page.getByRole("navigation", { name: NAME });
  await nav.getByRole("link", { name: "Customer settings" }).click();
  await page.getByRole("radio", { name: GITHUB }).check();
  await page.getByRole("combobox", { name: "Version" }).click();
  await page.getByRole("option", { name: "Version 1" }).click();
  await page.getByRole("button", { name: "Save comparison baseline" }).click();
  await expect(page.getByText("The comparison baseline was changed").last()).toBeVisible();
  await nav.getByRole("link", { name: "Report" }).click();
  await expect(page.getByText(GITHUB).first()).toBeVisible();

  // Back to what the walks after this one rest on.
  await nav.getByRole("link", { name: "Customer settings" }).click();
  await page.getByRole("radio", { name: /Imported snapshot/ }).check();
  await page.getByRole("button", { name: "Save comparison baseline" }).click();
  await expect(page.getByText("The comparison baseline was changed").last()).toBeVisible();
  await page.getByRole("link", { name: "Baseline library" }).click();
  await page.getByRole("link", { name: GITHUB }).click();
  await expect(page.getByText("No customer is compared with it.")).toBeVisible();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete baseline" }).click();
  await expect(page.getByRole("heading", { name: "Baseline library", level: 1 })).toBeVisible();
});

test("a viewer may look at everything and change nothing", async ({ page }) => {
  await signIn(page, viewer.email, viewer.password);
  await expect(page.getByRole("button", { name: "Add customer" })).toHaveCount(0);

  await page.getByRole("link", { name: NAME }).click();
  await expect(page.getByRole("heading", { name: "Summary", level: 1 })).toBeVisible();
  const nav = page.getByRole("navigation", { name: NAME });
  await nav.getByRole("link", { name: "Report" }).click();
  await expect(page.getByText(NO_GAP)).toBeVisible();
  await expect(page.getByRole("button", { name: "Export" })).toHaveCount(0);
  await page.getByRole("table", { name: "Findings", exact: true }).getByRole("button").first().click();
  await expect(page.getByRole("heading", { name: "What to do" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Accept finding" })).toHaveCount(0);
  await page.keyboard.press("Escape");
  await nav.getByRole("link", { name: "Graph connection" }).click();
  await expect(page.getByRole("region", { name: "Connection" }).getByText(GOOD.domain)).toBeVisible();
  await expect(page.getByRole("button", { name: /Test|Rotate secret/ })).toHaveCount(0);
  await nav.getByRole("link", { name: "Import & baseline" }).click();
  await expect(page.getByRole("list", { name: "Import steps" })).toBeVisible();
  await expect(page.getByRole("button", { name: /Import now|Try again/ })).toHaveCount(0);
  await nav.getByRole("link", { name: "Customer settings" }).click();
  await expect(page.getByRole("heading", { name: "About this customer" })).toBeVisible();
  await expect(page.getByRole("button", { name: /Delete|Save/ })).toHaveCount(0);
  await page.getByRole("link", { name: "Bindings" }).click();
  await expect(page.getByText("Nothing needs a binding")).toBeVisible();
  await page.getByRole("link", { name: "Emergency access" }).click();
  await expect(page.getByRole("list", { name: "Emergency access" })).toBeVisible();
  await expect(page.getByRole("button", { name: /Confirm|Not emergency access|Add as/ })).toHaveCount(0);
  await page.getByRole("link", { name: "Baseline library" }).click();
  await expect(page.getByRole("heading", { name: "Baseline library", level: 1 })).toBeVisible();
  await expect(page.getByRole("button", { name: "Import from files" })).toHaveCount(0);
  await expect(page.getByRole("link", { name: /People and roles|API tokens/ })).toHaveCount(0);

  // And the server agrees with what the screens hide.
  const api = await apiAs(viewer.email, viewer.password);
  const { response, error } = await api.POST("/api/v1/customers", {
    body: { display_name: `${PREFIX} forbidden`, cloud: "emulator" },
  });
  expect(response.status).toBe(403);
  expect(error?.code).toBe("forbidden");
});

test("an admin deletes the customer by typing its name", async ({ page }) => {
  await signIn(page, admin.email, admin.password);
  await page.getByRole("link", { name: NAME }).click();
  await page.getByRole("navigation", { name: NAME }).getByRole("link", { name: "Customer settings" }).click();
  await page.getByRole("button", { name: "Delete customer" }).click();
  const dialog = page.getByRole("dialog");
  const confirm = dialog.getByRole("button", { name: "Delete customer" });
  await expect(confirm).toBeDisabled();
  await dialog.getByLabel(`Type ${NAME} to confirm`).fill(NAME);
  await confirm.click();
  await expect(page.getByRole("heading", { name: "Customers", level: 1 })).toBeVisible();
  await expect(page.getByRole("link", { name: NAME })).toHaveCount(0);
});
