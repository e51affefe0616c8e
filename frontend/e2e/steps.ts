import AxeBuilder from "@axe-core/playwright";
import { type Page, expect } from "@playwright/test";

export async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Dashboard", level: 1 })).toBeVisible();
}

export interface Rules {
  only?: string[];
  without?: string[];
}

/** Nothing that axe, or some of its rules, finds fault with; Fluent's focus dummies are hidden and focusable on purpose. */
export async function expectAccessible(page: Page, { only, without }: Rules = {}): Promise<void> {
  const axe = new AxeBuilder({ page })
    .exclude("[data-tabster-dummy]")
    // Of what passes nothing is told, and no page here has frames: half the time.
    .options({ resultTypes: ["violations"] })
    .setLegacyMode();
  if (only) axe.withRules(only);
  if (without) axe.disableRules(without);
  const { violations } = await axe.analyze();
  const told = violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ target, failureSummary }) => `${target.join(" ")} ${failureSummary}`).join("; ")}`,
  );
  expect(told).toEqual([]);
}

/** Prints the report that is open: on paper it has its style, though the page's policy forbids styles in documents. */
export async function expectPrintable(page: Page): Promise<void> {
  // It goes as soon as it is printed; here it has to be looked at.
  await page.evaluate(() => {
    HTMLIFrameElement.prototype.remove = () => undefined;
  });
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("menuitem", { name: "Print", exact: true }).click();
  const width = () =>
    page.evaluate(() => {
      const view = document.querySelector("iframe")?.contentWindow;
      const main = view?.document.querySelector("main");
      return main && view ? view.getComputedStyle(main).maxWidth : "not there";
    });
  await expect.poll(width).toBe("960px");
  await page.evaluate(() => {
    Reflect.deleteProperty(HTMLIFrameElement.prototype, "remove");
    document.querySelector("iframe")?.remove();
  });
}
