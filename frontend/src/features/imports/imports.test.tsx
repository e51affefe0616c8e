import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { CUSTOMER_ID, connectedCustomer, importAt, importedCustomer, problem } from "@/testing/fixtures";
import { renderPage } from "@/testing/renderPage";
import { ANY, server } from "@/testing/server";
import { countsText, stepMillis } from "./steps";

const ADDRESS = `/customers/${CUSTOMER_ID}/import`;

function serveImport(run: ReturnType<typeof importAt> | undefined) {
  server.use(
    http.get(`${ANY}/customers/:id/imports`, () =>
      HttpResponse.json({ items: run ? [run] : [], next_cursor: null }),
    ),
  );
}

beforeEach(() => {
  server.use(http.get(`${ANY}/customers/:id`, () => HttpResponse.json(connectedCustomer())));
});

it("starts with the imported snapshot, recommended, and shows the steps", async () => {
  const bodies: unknown[] = [];
  server.use(
    http.post(`${ANY}/customers/:id/import`, async ({ request }) => {
      bodies.push(await request.json());
      serveImport(importAt("named_locations"));
      return HttpResponse.json(importAt("token", { state: "queued" }), { status: 202 });
    }),
  );
  await renderPage(ADDRESS);
  expect(await screen.findByRole("radio", { name: /Imported snapshot/ })).toBeChecked();
  expect(screen.getByText("Recommended")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Import now" }));
  const steps = within(await screen.findByRole("list", { name: "Import steps" }));
  await waitFor(() => expect(steps.getByText(/12 policies/)).toBeVisible());
  expect(screen.queryByRole("button", { name: "Import now" })).not.toBeInTheDocument();
  expect(bodies).toEqual([{ comparison_baseline: { kind: "imported_snapshot" } }]);
});

it("comes back to an import that is running", async () => {
  serveImport(importAt("policies"));
  await renderPage(ADDRESS);
  expect(await screen.findByText(/You can leave this page/)).toBeVisible();
  expect(screen.queryByRole("button", { name: /Import now|Try again/ })).not.toBeInTheDocument();
});

it("shows the failed step with its error and offers another try", async () => {
  const failed = importAt("policies", { state: "failed" });
  failed.steps[3]!.error = problem("graph_permission_missing", {
    detail: "Policy.Read.All is missing.",
    remedy: "Grant it.",
  });
  serveImport(failed);
  await renderPage(ADDRESS);
  expect(await screen.findByText(/Policy.Read.All is missing/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Try again" })).toBeEnabled();
});

it("says from when on a tenant that was slowed down can be tried again", async () => {
  const failed = importAt("policies", { state: "failed" });
  failed.steps[3]!.error = problem("graph_throttled", { retry_after: 7200 });
  failed.steps[3]!.finished_at = new Date(Date.now() - 60_000).toISOString();
  serveImport(failed);
  const { unmount } = await renderPage(ADDRESS);
  expect(await screen.findByText("in 1 hour")).toHaveAttribute("title");
  unmount();
  failed.steps[3]!.finished_at = "2026-01-01T08:00:00Z";
  await renderPage(ADDRESS);
  expect(await screen.findByText(/It can be tried again now\./)).toBeVisible();
});

it("says why an import found no policies", async () => {
  server.use(http.get(`${ANY}/customers/:id`, () => HttpResponse.json(importedCustomer())));
  serveImport(importAt(undefined, { zero_policies: "security_defaults_on" }));
  await renderPage(ADDRESS);
  expect(await screen.findByText("Security defaults are on instead of Conditional Access")).toBeVisible();
  expect(screen.getByRole("link", { name: "Open report" })).toBeVisible();
});

it("lets an operator re-sync an imported customer, and a viewer not", async () => {
  const bodies: unknown[] = [];
  server.use(
    http.get(`${ANY}/customers/:id`, () => HttpResponse.json(importedCustomer({ connected: true }))),
    http.post(`${ANY}/customers/:id/import`, async ({ request }) => {
      bodies.push(await request.json());
      return HttpResponse.json(importAt("token", { state: "queued" }), { status: 202 });
    }),
  );
  serveImport(importAt(undefined));
  const { unmount } = await renderPage(ADDRESS, "operator");
  await userEvent.click(await screen.findByRole("button", { name: "Re-sync now" }));
  await waitFor(() => expect(bodies).toEqual([{}]));
  unmount();
  await renderPage(ADDRESS, "viewer");
  expect(await screen.findByText("Last import")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Re-sync now" })).not.toBeInTheDocument();
});

it("lets a viewer watch, but not start", async () => {
  await renderPage(ADDRESS, "viewer");
  expect(await screen.findByText("Nothing was imported yet")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Import now" })).not.toBeInTheDocument();
});

it("counts in words and measures what runs", () => {
  expect(countsText({ policies: 1, named_locations: 3, deleted: 0 })).toBe("1 policy, 3 named locations");
  expect(countsText({ findings: 0 })).toBe("0 findings");
  const [done] = importAt("organization").steps;
  expect(stepMillis(done!, Date.now())).toBe(2_000);
  expect(stepMillis({ ...done!, finished_at: null }, Date.parse("2026-11-20T08:00:05Z"))).toBe(5_000);
  expect(stepMillis({ ...done!, started_at: null }, 0)).toBeUndefined();
});
