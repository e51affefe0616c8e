/**
 * `npm run measure`: how long the dashboard of a thousand customers takes to be seen, and how it scrolls. It prints
 * figures and judges none: they are this machine's.
 */
import { type Page, expect, test } from "@playwright/test";
import { type Api, apiAsOwner } from "./api";
import { demo } from "./demo";
import { canMakeFleet, clearLargeFleet, makeLargeFleet } from "./fleet";
import { signIn } from "./steps";

const CUSTOMERS = 1_000;
const LOADS = 7;

let owner: Api;

test.beforeAll(async () => {
  test.setTimeout(600_000);
  owner = await apiAsOwner();
  if (!canMakeFleet()) throw new Error("psql and the demo's own PostgreSQL are needed to make the customers");
  await makeLargeFleet(owner, CUSTOMERS);
});

test.afterAll(async () => {
  test.setTimeout(600_000);
  await clearLargeFleet(owner);
});

interface Measured {
  firstRow?: number;
  long: number[];
  frames: number[];
}

/** Runs in the page: notes when the first row was painted, long tasks, and gaps between frames. */
function watch(): void {
  const measured: Measured = { long: [], frames: [] };
  Object.assign(window, { measured });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) measured.long.push(Math.round(entry.duration));
  }).observe({ type: "longtask", buffered: true });
  const look = () => {
    if (document.querySelector("table[aria-label=Customers] tr[aria-rowindex='2']")) {
      // The frame after the one in which it came is the one that shows it.
      requestAnimationFrame(() => setTimeout(() => (measured.firstRow = performance.now())));
    } else {
      requestAnimationFrame(look);
    }
  };
  look();
  let last = performance.now();
  const tick = (now: number) => {
    measured.frames.push(now - last);
    last = now;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}

const measuredIn = (page: Page) =>
  page.evaluate(() => (window as unknown as { measured: Measured }).measured);

test("the dashboard of a thousand customers", async ({ page }) => {
  await page.addInitScript(watch);
  await signIn(page, demo().email, demo().password);
  const cache = await page.context().newCDPSession(page);
  for (const kind of ["first visit", "later visit"]) {
    const seen: { paint: number; row: number; long: number[] }[] = [];
    for (let load = 0; load < LOADS; load += 1) {
      if (kind === "first visit") await cache.send("Network.clearBrowserCache");
      await page.goto("/");
      await page.waitForFunction(() => (window as unknown as { measured: Measured }).measured.firstRow);
      const { firstRow = 0, long } = await measuredIn(page);
      const paint = await page.evaluate(
        () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
      );
      seen.push({ paint, row: firstRow, long });
    }
    say(`${kind}: first contentful paint ${spread(seen.map((each) => each.paint))}`);
    say(`${kind}: customers painted ${spread(seen.map((each) => each.row))}`);
    say(`${kind}: longest task ${spread(seen.map(({ long }) => Math.max(0, ...long)))}`);
  }

  const table = page.getByRole("table", { name: "Customers" });
  await expect(table).toBeVisible();
  for (const kind of ["scrolling while it loads", "scrolling back", "scrolling again"]) {
    const way = kind === "scrolling back" ? -1 : 1;
    await page.evaluate(() => {
      const { measured } = window as unknown as { measured: Measured };
      measured.long = [];
      measured.frames = [];
    });
    let still = 0;
    let at = -1;
    while (still < 12) {
      await page.mouse.move(700, 500);
      await page.mouse.wheel(0, way * 400);
      await page.waitForTimeout(16);
      const now = await page.evaluate(() => Math.round(window.scrollY));
      still = now === at ? still + 1 : 0;
      at = now;
    }
    const { long, frames } = await measuredIn(page);
    const slow = frames.filter((gap) => gap > 50);
    say(
      `${kind}: to ${at} px in ${frames.length} frames, of which ${slow.length} took over 50 ms (longest ${ms(Math.max(...frames))}); ` +
        `${long.length} tasks over 50 ms${long.length > 0 ? ` (${long.join(", ")} ms)` : ""}`,
    );
  }
  const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
  say(
    `elements in the document with all rows loaded: ${nodes}; rows: ${await table.getByRole("row").count()}`,
  );
});

const ms = (value: number) => `${Math.round(value)} ms`;

function spread(values: number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const [least = 0, most = 0] = [sorted[0], sorted.at(-1)];
  return `${ms(sorted[Math.floor(sorted.length / 2)] ?? 0)} (median of ${sorted.length}; ${ms(least)} to ${ms(most)})`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
