/** One's own account: a second factor from its beginning to a sign-in with it, sessions, and what owners see of it. */
import { mkdirSync } from "node:fs";
import { type Page, expect, test } from "@playwright/test";
import { type Api, type Person, addPerson, apiAs, apiAsOwner, removePerson } from "./api";
import { demo } from "./demo";
import { expectAccessible, signIn } from "./steps";
import { totp } from "./totp";

const PICTURES = "test-results/screens";

let owner: Api;
let person: Person;

test.describe.configure({ mode: "serial" });

test.beforeAll(() => mkdirSync(PICTURES, { recursive: true }));

test.beforeEach(async () => {
  owner = await apiAsOwner();
  person = await addPerson(owner, "operator");
});

test.afterEach(() => removePerson(owner, person));

for (const scheme of ["light", "dark"] as const) {
  test(`enrol, sign out, sign in with a code, ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    const take = (name: string) => picture(page, `${name}-${scheme}`);
    await signIn(page, person.email, person.password);
    await page.getByRole("button", { name: /^Account of/ }).click();
    await page.getByRole("menuitem", { name: "My account" }).click();
    await expect(page.getByRole("heading", { name: "My account", level: 1 })).toBeVisible();
    await expect(page.getByRole("table", { name: "Sessions" })).toBeVisible();
    await take("account");

    await page.getByRole("button", { name: "Set up a second factor" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Password").fill(person.password);
    await dialog.getByRole("button", { name: "Go on" }).click();
    await expect(dialog.getByRole("img", { name: /QR code/ })).toBeVisible();
    await take("second-factor-scan");
    const secret = (await dialog.locator("code").textContent()) ?? "";
    await dialog.getByRole("textbox", { name: "Code" }).fill(totp(secret));
    await dialog.getByRole("button", { name: "Confirm" }).click();
    const kept = page.getByRole("list", { name: "Recovery codes" });
    await expect(kept.getByRole("listitem")).toHaveCount(10);
    await take("second-factor-codes");
    const recovery = (await kept.getByRole("listitem").first().textContent()) ?? "";
    await page.getByRole("button", { name: "I have kept them" }).click();
    await expect(page.getByText("10 of 10")).toBeVisible();
    await take("account-second-factor");

    await signOut(page);
    await page.getByLabel("Email").fill(person.email);
    await page.getByLabel("Password").fill(person.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("textbox", { name: "Code" })).toBeFocused();
    await take("sign-in-code");
    // The code with which it was set up is used; the one after it is not.
    await page.getByRole("textbox", { name: "Code" }).fill(totp(secret, 1));
    await page.getByRole("button", { name: "Sign in" }).click();
    // Back to where they were.
    await expect(page.getByRole("heading", { name: "My account", level: 1 })).toBeVisible();

    await signOut(page);
    await page.getByLabel("Email").fill(person.email);
    await page.getByLabel("Password").fill(person.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("textbox", { name: "Code" }).fill("000000");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByText("The code is wrong, or was used already.")).toBeVisible();
    await page.getByRole("textbox", { name: "Code" }).fill(recovery.toUpperCase());
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByText("9 of 10")).toBeVisible();

    // On a phone as well.
    await page.setViewportSize({ width: 390, height: 844 });
    await take("phone-account");
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBeLessThanOrEqual(0);
  });

  test(`what an owner sees and does, ${scheme}`, async ({ page, browser }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    const take = (name: string) => picture(page, `${name}-${scheme}`);
    const elsewhere = await (await browser.newContext({ baseURL: demo().url })).newPage();
    await signIn(elsewhere, person.email, person.password);
    await signIn(page, demo().email, demo().password);
    await page.goto("/settings/workspace");
    await expect(page.getByRole("switch")).toBeVisible();
    await take("workspace");
    await page.getByRole("button", { name: "Delete workspace" }).click();
    await expect(page.getByRole("dialog")).toBeVisible();
    await take("workspace-delete");
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.goto("/settings/people");
    await page
      .getByRole("row", { name: new RegExp(person.email) })
      .getByRole("button", { name: /^More for/ })
      .click();
    await page.getByRole("menuitem", { name: "Sign out everywhere" }).click();
    await take("sign-out-everywhere");
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await expect(page.getByText("was signed out everywhere").first()).toBeVisible();
    // The other browser is asked for the password with the next thing it wants to know.
    await elsewhere.goto("/customers");
    await expect(elsewhere.getByRole("button", { name: "Sign in" })).toBeVisible();
    await elsewhere.context().close();
  });
}

test("a session ended elsewhere asks for the password over the page", async ({ page }) => {
  await signIn(page, person.email, person.password);
  await page.goto("/settings/account");
  await expect(page.getByRole("table", { name: "Sessions" })).toBeVisible();
  const api = await apiAs(person.email, person.password);
  await api.DELETE("/api/v1/me/sessions");
  await page.getByRole("link", { name: "Customers" }).click();
  const again = page.getByRole("alertdialog", { name: "Your session has ended" });
  await expect(again).toBeVisible();
  await again.getByLabel("Password").fill(person.password);
  await again.getByRole("button", { name: "Sign in again" }).click();
  await expect(page.getByRole("heading", { name: "Customers", level: 1 })).toBeVisible();
});

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
}

async function picture(page: Page, name: string): Promise<void> {
  await expect(page.getByRole("status", { name: /Loading/ })).toHaveCount(0);
  // A dialog hides the rest from screen readers; what it hid must be back once it is gone.
  if ((await page.getByRole("dialog").or(page.getByRole("alertdialog")).count()) === 0)
    await expect(page.locator("#root[aria-hidden]")).toHaveCount(0);
  await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true, animations: "disabled" });
  await test.step(`axe on ${name}`, () => expectAccessible(page));
}
