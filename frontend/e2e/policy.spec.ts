/** The content security policy, which allows no inline style and no script but our own, refuses nothing that a screen needs. */
import { expect, test } from "@playwright/test";
import { demo } from "./demo";
import { signIn } from "./steps";

test("no screen asks for what the content security policy forbids", async ({ page }) => {
  const refused: string[] = [];
  page.on("console", (message) => {
    if (/content.security.policy|permissions.policy/i.test(message.text())) refused.push(message.text());
  });
  page.on("pageerror", (error) => refused.push(error.message));
  await signIn(page, demo().email, demo().password);
  // Fluent's styles have been filled in.
  await expect(page.locator("body button").first()).toHaveCSS("border-radius", "4px");
  for (const [path, heading] of [
    ["/customers?add=true", "Customers"],
    ["/baselines", "Baseline library"],
    ["/settings/people", "People and roles"],
    ["/settings/api-tokens", "API tokens"],
    ["/settings/audit-log", "Audit log"],
    ["/guide/connecting-a-tenant", "Connecting a customer's tenant"],
  ] as const) {
    await page.goto(path);
    await expect(page.getByRole("heading", { name: heading, level: 1, includeHidden: true })).toBeVisible();
  }
  await page.goto("/docs/");
  await expect(page.getByText("Policytab API").first()).toBeVisible();
  expect(refused).toEqual([]);
});

test("a page that another one leads to after signing in is one of this console", async ({ page }) => {
  const { url, email, password } = demo();
  await page.goto(`/sign-in?next=${encodeURIComponent("/\t/evil.example/")}`);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Dashboard", level: 1 })).toBeVisible();
  expect(page.url().startsWith(url)).toBe(true);
});
