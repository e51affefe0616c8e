/** A workspace of a thousand customers: the page holds a window of them, and every one can be reached. */
import { expect, test } from "@playwright/test";
import { type Api, apiAsOwner } from "./api";
import { demo } from "./demo";
import { FLEET, canMakeFleet, clearLargeFleet, makeLargeFleet } from "./fleet";
import { skip } from "./skip";
import { signIn } from "./steps";

const CUSTOMERS = 1_000;

let owner: Api;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  if (!canMakeFleet()) {
    skip("a thousand customers take psql and the demo's own PostgreSQL");
  }
  owner = await apiAsOwner();
  await makeLargeFleet(owner, CUSTOMERS);
});

test.afterAll(async () => {
  test.setTimeout(300_000);
  if (owner) await clearLargeFleet(owner);
});

test("the keyboard reaches the last of a thousand customers, and the page never holds them all", async ({
  page,
}) => {
  await signIn(page, demo().email, demo().password);
  await page.goto(`/?sort=name&search=${encodeURIComponent(FLEET)}`);
  const table = page.getByRole("table", { name: "Customers" });
  await expect(table.getByRole("link", { name: `${FLEET} 0001` })).toBeVisible();
  const last = table.getByRole("link", { name: `${FLEET} ${CUSTOMERS}` });
  await page.getByRole("main").focus();
  await expect(async () => {
    await page.keyboard.press("End");
    expect(await table.getByRole("row").count()).toBeLessThan(100);
    await expect(last).toBeInViewport({ timeout: 250 });
  }).toPass({ timeout: 60_000 });
  await expect(table).toHaveAttribute("aria-rowcount", String(CUSTOMERS + 1));
  await expect(table.getByRole("row").last()).toHaveAttribute("aria-rowindex", String(CUSTOMERS + 1));

  // From there Tab goes on, and Shift+Tab through the rows before, which come as they are reached.
  await last.focus();
  for (let back = 0; back < 40; back += 1) await page.keyboard.press("Shift+Tab");
  await expect(table.getByRole("link", { name: `${FLEET} 0960` })).toBeFocused();

  await page.keyboard.press("Home");
  await expect(table.getByRole("link", { name: `${FLEET} 0001` })).toBeInViewport();
});
