import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import type { components } from "@/api/schema";
import { CUSTOMER_ID, importedCustomer, snapshot } from "@/testing/fixtures";
import { renderPage } from "@/testing/renderPage";
import { ANY, server } from "@/testing/server";
import { draftOf, signInOf } from "./signIn";

type Schemas = components["schemas"];

const CELL: Schemas["CoverageCell"] = {
  enforced: "part",
  blocked: 0,
  phishing_resistant: 0,
  mfa: 0.42,
  device: 0,
  open: "A person in a browser signs in to Exchange Online without multifactor authentication.",
  witness: {
    user: { type: "member" },
    application: "00000002-0000-0ff1-ce00-000000000000",
    client_app: "browser",
    location: { named_locations: [], trusted: false },
    device: { properties: {} },
  } as unknown as Schemas["SignIn"],
  policies: [1],
};

const MAP: Schemas["CoverageMap"] = {
  snapshot_id: "s2",
  taken_at: "2026-11-20T08:00:00Z",
  personas: [
    { key: "members", label: "Members" },
    { key: "workloads", label: "Workload identities" },
  ],
  columns: [
    { group: "apps", key: "all_apps", label: "All apps" },
    { group: "clients", key: "browser", label: "Browser" },
  ],
  cells: [
    [CELL, { ...CELL, enforced: "mfa", mfa: 1, open: null, witness: null }],
    [{ ...CELL, enforced: "nothing", mfa: 0, policies: [] }, null],
  ],
  policies: [
    { id: "p0", display_name: "Off", state: "disabled" },
    { id: "p1", display_name: "Require MFA", state: "enabled" },
  ],
};

const EVALUATION: Schemas["Evaluation"] = {
  snapshot_id: "s2",
  policies: "live",
  sign_in: CELL.witness as Schemas["SignIn"],
  sentence: "Access is granted with a password alone.",
  decision: "grant",
  requirements: [],
  session: [],
  applied: [],
  not_applied: [],
  report_only: [],
} as unknown as Schemas["Evaluation"];

function serve() {
  const asked: unknown[] = [];
  server.use(
    http.get(`${ANY}/customers/:id`, () => HttpResponse.json(importedCustomer())),
    http.get(`${ANY}/customers/:id/coverage`, () => HttpResponse.json(MAP)),
    http.get(`${ANY}/customers/:id/snapshots`, () =>
      HttpResponse.json({ items: [snapshot({ id: "s2" })], next_cursor: null }),
    ),
    http.get(`${ANY}/customers/:id/snapshots/:snapshot`, () =>
      HttpResponse.json({
        ...snapshot({ id: "s2" }),
        tenant_display_name: "Contoso",
        licences: [],
        licences_readable: true,
        named_locations: [{ id: "L1", displayName: "Head office", isTrusted: true }],
        authentication_strengths: [],
        authentication_contexts: [],
        references: [{ kind: "group", id: "G1", display_name: "Sales", head_count: 4, state: "resolved" }],
        unread: [],
      }),
    ),
    http.post(`${ANY}/customers/:id/evaluate`, async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json(EVALUATION);
    }),
  );
  return asked;
}

it("shows the map, the policies of a cell, and leads from what is open to What If", async () => {
  const asked = serve();
  const { address } = await renderPage(`/customers/${CUSTOMER_ID}/coverage`);
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Members, All apps: MFA for 42\u00a0%" }));
  expect(address()).toContain("cell=members.all_apps");
  const detail = await screen.findByRole("heading", { name: "Members · All apps: In part" });
  expect(detail).toBeVisible();
  // It stands below the table of its cell, before the others.
  const { DOCUMENT_POSITION_FOLLOWING: follows } = Node;
  expect(screen.getByRole("table", { name: "Apps" }).compareDocumentPosition(detail) & follows).toBeTruthy();
  expect(
    detail.compareDocumentPosition(screen.getByRole("table", { name: "Clients" })) & follows,
  ).toBeTruthy();
  expect(screen.getByText("Require MFA")).toBeVisible();
  expect(screen.queryByText("Workload identities, Browser")).toBeNull();
  await user.click(screen.getByRole("button", { name: "What If" }));
  expect(await screen.findByText("Access is granted with a password alone.")).toBeVisible();
  expect(asked).toEqual([{ sign_in: CELL.witness }]);
});

it("builds a sign-in of what the tenant's policies name", async () => {
  const asked = serve();
  await renderPage(`/customers/${CUSTOMER_ID}/coverage?view=what-if`);
  const user = userEvent.setup();
  const choose = async (field: string, option: string) => {
    await user.click(await screen.findByRole("combobox", { name: field }));
    await user.click(await screen.findByRole("option", { name: option }));
  };
  await choose("Group", "Sales");
  await choose("Location", "Head office");
  await choose("Sign-in risk", "High");
  await user.click(screen.getByRole("button", { name: "What If" }));
  expect(await screen.findByText("Access is granted with a password alone.")).toBeVisible();
  expect(asked[0]).toMatchObject({
    sign_in: {
      user: { type: "member", groups: ["G1"] },
      location: { named_locations: ["L1"], trusted: true },
      sign_in_risk: "high",
    },
  });
  expect(screen.getByRole("combobox", { name: "Group" })).toHaveTextContent("Sales");
  // Who goes by keyboard asks again from where they are.
  expect(screen.getByRole("button", { name: "What If" })).toHaveFocus();
});

it("shows a sign-in as it was asked about", () => {
  const draft = { ...draftOf(undefined), device: "hybrid", target: "action:urn:user:registerdevice" };
  expect(draftOf(signInOf(draft))).toEqual(draft);
});
