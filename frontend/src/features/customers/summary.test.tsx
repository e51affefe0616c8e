import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import type { components } from "@/api/schema";
import { CUSTOMER_ID, emergencyObject, importedCustomer } from "@/testing/fixtures";
import { renderPage } from "@/testing/renderPage";
import { ANY, server } from "@/testing/server";

type Schemas = components["schemas"];

const CELL: Schemas["CoverageCell"] = {
  enforced: "mfa",
  blocked: 0,
  phishing_resistant: 0,
  mfa: 1,
  device: 0,
  open: null,
  witness: null,
  policies: [],
};

const MAP: Schemas["CoverageMap"] = {
  snapshot_id: "s",
  taken_at: "2026-11-20T08:00:00Z",
  personas: [
    { key: "members", label: "Members" },
    { key: "guests", label: "Guests and external users" },
  ],
  columns: [{ group: "apps", key: "all_apps", label: "All apps" }],
  cells: [[CELL], [{ ...CELL, enforced: "part", mfa: 0.004 }]],
  policies: [],
};

it("tells at one glance what holds for whom, and who gets in when nobody else does", async () => {
  const blocked = emergencyObject({
    name: "Second",
    blocked_by: [{ id: "p", display_name: "P", state: "enabled" }],
  });
  server.use(
    http.get(`${ANY}/customers/:id`, () => HttpResponse.json(importedCustomer())),
    http.get(`${ANY}/customers/:id/coverage`, () => HttpResponse.json(MAP)),
    http.get(`${ANY}/customers/:id/emergency-access`, () =>
      HttpResponse.json({
        snapshot_id: "s",
        accounts: 3,
        objects: [emergencyObject(), blocked, emergencyObject({ standing: "candidate", name: "Third" })],
      }),
    ),
    http.get(`${ANY}/customers/:id/snapshots`, () => HttpResponse.json({ items: [], next_cursor: null })),
  );
  await renderPage(`/customers/${CUSTOMER_ID}/summary`);
  const coverage = within(await screen.findByRole("region", { name: "Coverage of all apps" }));
  const guests = await coverage.findByRole("link", {
    name: "Guests and external users: MFA for below 1\u00a0%",
  });
  expect(guests).toHaveAttribute("href", expect.stringContaining("cell=guests.all_apps"));
  expect(coverage.getByRole("link", { name: "Members: MFA" })).toBeVisible();
  const emergency = within(screen.getByRole("region", { name: "Emergency access" }));
  expect(await emergency.findByText("CA-BreakGlass, Second: 3 accounts")).toBeVisible();
  expect(emergency.getByText("1 of them is blocked by an enforced policy.")).toBeVisible();
  expect(emergency.getByText("1 other may be: confirm or refuse.")).toBeVisible();
});
