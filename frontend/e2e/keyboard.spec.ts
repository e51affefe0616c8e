/** From the sign-in to an accepted finding with Tab, Enter and typing alone; at every stop one sees where one is. */
import { type Locator, type Page, expect, test } from "@playwright/test";
import { type Api, PREFIX, apiAsOwner, clearCustomers } from "./api";
import { demo, tenant } from "./demo";

const MESSY = tenant("messy");
const NAME = `${PREFIX} ${MESSY.name}`;

let owner: Api;

test.setTimeout(300_000);

test.beforeAll(async () => {
  owner = await apiAsOwner();
  await clearCustomers(owner);
});

test.afterAll(() => clearCustomers(owner));

test("a customer is added, connected and imported, and a finding accepted, without a mouse", async ({
  page,
}) => {
  const keys = new Keys(page);
  const content = page.getByRole("main");

  await page.goto("/sign-in");
  await expect(page.getByLabel("Email")).toBeFocused();
  await page.keyboard.type(demo().email);
  await keys.to(page.getByLabel("Password"));
  await page.keyboard.type(demo().password);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Dashboard", level: 1 })).toBeVisible();

  // Esc leads back to where the dialog was opened.
  const add = page.getByRole("toolbar").getByRole("button", { name: "Add customer" });
  await keys.press(add);
  await expect(page.getByLabel("Display name")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(add).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Display name")).toBeFocused();
  await page.keyboard.type(NAME);
  await keys.press(page.getByRole("combobox", { name: "Cloud" }));
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("combobox", { name: "Cloud" })).toHaveText("Emulator");
  await keys.press(page.getByRole("button", { name: "Continue to connect" }));

  // A new page begins at its content, not at the top of everything.
  await expect(page.getByRole("heading", { name: "Graph connection", level: 1 })).toBeVisible();
  await expect(page.getByRole("list", { name: "Application permissions" })).toBeVisible();
  await expect(content).toBeFocused();
  await keys.to(page.getByLabel("Application (client) ID"));
  await page.keyboard.type(MESSY.client_id);
  await keys.to(page.getByLabel("Client secret value"));
  await page.keyboard.type(MESSY.client_secret);
  await keys.press(page.getByRole("button", { name: "Save & continue" }));
  // What is refused is where the focus goes, and the secret need not be typed twice.
  await expect(page.getByLabel("Directory (tenant) ID or domain")).toBeFocused();
  await page.keyboard.type(MESSY.domain);
  await page.keyboard.press("Enter");

  await expect(page.getByRole("button", { name: "Import now" })).toBeVisible();
  await expect(content).toBeFocused();
  await keys.press(page.getByRole("button", { name: "Import now" }));
  await expect(page.getByText("The tenant is imported")).toBeVisible({ timeout: 60_000 });
  await expect(content).toBeFocused();
  await keys.press(page.getByRole("link", { name: "Open report" }));

  const findings = page.getByRole("table", { name: "Findings", exact: true });
  await expect(findings).toBeVisible();
  await expect(content).toBeFocused();
  const first = findings.getByRole("button").first();
  const title = (await first.textContent()) ?? "";
  await keys.press(first);
  await expect(page.getByRole("dialog").locator(":focus")).toHaveCount(1);
  await page.keyboard.press("Escape");
  await expect(first).toBeFocused();
  await page.keyboard.press("Enter");
  await keys.press(page.getByRole("button", { name: "Accept finding" }));
  const dialog = page.getByRole("dialog", { name: "Accept finding" });
  await keys.to(dialog.getByLabel("Reason"));
  await page.keyboard.type("The customer plans it for the spring.");
  await keys.to(dialog.getByLabel("Owner"));
  await page.keyboard.type("IT lead");
  await keys.press(dialog.getByRole("button", { name: "Accept finding" }));
  await expect(page.getByText(/^Accepted until/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Change acceptance" })).toBeFocused();
  // Its row is gone from the open ones.
  await page.keyboard.press("Escape");
  await expect(content).toBeFocused();
  const accepted = page
    .getByRole("table", { name: "Accepted findings" })
    .getByRole("button", { name: title });
  await keys.press(accepted);
  await expect(page.getByRole("dialog").locator(":focus")).toHaveCount(1);
  await page.keyboard.press("Escape");
  await expect(accepted).toBeFocused();

  expect(keys.stops).toBeGreaterThan(60);
  expect(keys.faults).toEqual([]);
});

/** A hand on the keyboard that looks at each stop. */
class Keys {
  stops = 0;
  /** Stops where nothing shows where one is. */
  readonly faults: string[] = [];

  constructor(private readonly page: Page) {}

  async press(target: Locator): Promise<void> {
    await this.to(target);
    await this.page.keyboard.press("Enter");
  }

  /** Presses Tab until this has the focus. */
  async to(target: Locator): Promise<void> {
    await expect(target).toBeVisible();
    for (let presses = 0; presses < 150; presses += 1) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await this.tab();
    }
    throw new Error(`Tab does not reach ${String(target)}`);
  }

  private async tab(): Promise<void> {
    const left = await this.page.evaluateHandle(() => document.activeElement ?? document.body);
    const before = await left.evaluate(look);
    await this.page.keyboard.press("Tab");
    const after = await left.evaluate(look);
    // A date has several stops within.
    const stayed = await left.evaluate((element) => element === document.activeElement);
    if (!before || stayed) return;
    this.stops += 1;
    if (before.covered) this.faults.push(`${before.name} is out of sight`);
    if (before.marks === after?.marks) this.faults.push(`${before.name} looks the same without the focus`);
  }
}

/** What shows that an element has the focus: its own style, or that of the frame that Fluent draws around it. */
function look(element: Element): { name: string; marks: string; covered: boolean } | undefined {
  if (element.matches("body, main, [data-tabster-dummy]")) return undefined;
  const marks: string[] = [];
  for (let at: Element | null = element, depth = 0; at && depth < 3; at = at.parentElement, depth += 1) {
    for (const part of [undefined, "::before", "::after"]) {
      const { outline, boxShadow, border, backgroundColor, transform, textDecoration } = getComputedStyle(
        at,
        part,
      );
      marks.push(outline, boxShadow, border, backgroundColor, transform, textDecoration);
    }
  }
  const box = element.getBoundingClientRect();
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return {
    name: `${element.tagName} ${element.getAttribute("aria-label") ?? (element.textContent || element.outerHTML).slice(0, 100)}`,
    marks: marks.join("|"),
    covered: !top || !(element.contains(top) || top.contains(element)),
  };
}
