import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import type { components } from "@/api/schema";
import { problem } from "@/testing/fixtures";
import { renderPage } from "@/testing/renderPage";
import { ANY, problemResponse, server } from "@/testing/server";
import { encodeFile } from "./files";
import { sourceText } from "./source";

type Out = components["schemas"]["BaselineImportOut"];

const BASELINE: components["schemas"]["BaselineOut"] = {
  id: "0193a5a0-0000-7000-8000-000000000400",
  name: "Standard",
  source: { kind: "files", files: 2 },
  policies: 1,
  current_version: 2,
  built_in: false,
  has_source: false,
  customers: 2,
  created_at: "2026-11-01T08:00:00Z",
  updated_at: "2026-11-01T08:00:00Z",
  version: 3,
};

const FOUND: Out = {
  baseline: null,
  policies: [{ path: "a.json", index: 0, display_name: "Require MFA", state: "enabled", warnings: [] }],
  folders: [
    { path: "baseline", policies: 1, duplicates: 0 },
    { path: "baseline/old", policies: 1, duplicates: 1 },
  ],
  skipped: [{ path: "notes.txt", reason: "not JSON" }],
  duplicates: [],
  objects: {
    named_locations: ["Offices"],
    groups: ["Break glass", "Travellers"],
    authentication_strengths: [],
    names: 0,
    migration_table: true,
  },
  versions: [
    {
      display_name: "Require MFA",
      versions: [
        { path: "a.json", index: 0, diff: [] },
        {
          path: "old/a.json",
          index: 0,
          diff: [
            {
              field: "conditions.users.excludeGroups",
              label: "Excluded groups",
              baseline: null,
              live: ["Travellers"],
              direction: "weaker",
              unresolved: [],
            },
          ],
        },
      ],
    },
  ],
};

function serveImports(path: string) {
  const bodies: Record<string, unknown>[] = [];
  server.use(
    http.post(`${ANY}/baselines/import/${path}`, async ({ request }) => {
      const body = (await request.json()) as Record<string, unknown>;
      bodies.push(body);
      return HttpResponse.json(body.preview ? FOUND : { ...FOUND, baseline: BASELINE }, { status: 201 });
    }),
    http.get(`${ANY}/baselines/:id`, () => HttpResponse.json({ ...BASELINE, policy_items: [] })),
    http.get(`${ANY}/baselines/:id/customers`, () => HttpResponse.json({ items: [] })),
    http.get(`${ANY}/baselines/:id/versions`, () => HttpResponse.json({ items: [] })),
  );
  return bodies;
}

it("shows what is found and skipped before files are imported", async () => {
  const bodies = serveImports("files");
  const { address } = await renderPage("/baselines?import=files");
  const input = await screen.findByLabelText("Policy files");
  await userEvent.upload(input, new File(['{"displayName":"Require MFA"}'], "a.json"));
  expect(await screen.findByText("1 policy found")).toBeVisible();
  expect(screen.getByText("not JSON")).toBeVisible();
  expect(screen.getByText("With them: 1 named location, 2 groups, a migration table")).toBeVisible();
  expect(screen.getByText("1 policy in several versions")).toBeVisible();
  expect(screen.getByText("Excluded groups")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Import 1 policy", hidden: true }));
  await waitFor(() => expect(address()).toBe(`/baselines/${BASELINE.id}`));
  expect(bodies.map(({ preview }) => preview)).toEqual([true, false]);
  expect(bodies[1]).toMatchObject({
    name: "a",
    files: [{ path: "a.json", content: '{"displayName":"Require MFA"}' }],
  });
});

it("previews a repository, names it after itself, and imports it", async () => {
  const bodies = serveImports("github");
  const { address } = await renderPage("/baselines?import=github");
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText(/Repository/), "https://github.com/someone/policies");
  await user.type(screen.getByLabelText(/Folder/), "baseline");
  await user.click(screen.getByRole("button", { name: "Preview", hidden: true }));
  expect(await screen.findByText("1 policy found")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Import 1 policy", hidden: true }));
  await waitFor(() => expect(address()).toBe(`/baselines/${BASELINE.id}`));
  const asked = { name: "policies", url: "https://github.com/someone/policies", folder: "baseline" };
  expect(bodies).toEqual([
    { ...asked, preview: true },
    { ...asked, preview: false },
  ]);
});

it("looks at one folder of a repository alone", async () => {
  const bodies = serveImports("github");
  await renderPage("/baselines?import=github");
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText(/Repository/), "someone/policies");
  await user.click(screen.getByRole("button", { name: "Preview", hidden: true }));
  await user.click(await screen.findByRole("button", { name: "baseline/old", hidden: true }));
  await waitFor(() => expect(bodies).toHaveLength(2));
  expect(bodies[1]).toMatchObject({ folder: "baseline/old", preview: true });
  expect(screen.getByRole("textbox", { name: "Folder", hidden: true })).toHaveValue("baseline/old");
});

it("shows a refusal at the field it is about", async () => {
  server.use(
    http.post(`${ANY}/baselines/import/github`, () =>
      problemResponse(problem("validation_failed", { errors: { url: "must be a GitHub repository" } })),
    ),
  );
  await renderPage("/baselines?import=github");
  const user = userEvent.setup();
  const url = await screen.findByLabelText(/Repository/);
  await user.type(url, "https://example.com/x");
  await user.click(screen.getByRole("button", { name: "Preview", hidden: true }));
  await waitFor(() => expect(url).toHaveAccessibleDescription(/must be a GitHub repository/));
  expect(url).toHaveValue("https://example.com/x");
});

it("does not delete a baseline that customers are compared with", async () => {
  serveImports("files");
  await renderPage(`/baselines/${BASELINE.id}`);
  await userEvent.click(await screen.findByRole("button", { name: "Delete" }));
  expect(await screen.findByText(/2 customers are compared with it/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Delete baseline", hidden: true })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
});

it("sends text as text and anything else as its bytes", async () => {
  const utf8 = await encodeFile({ path: "a.json", file: new File(["{}"], "a.json") });
  expect(utf8).toEqual({ path: "a.json", content: "{}" });
  const utf16 = new Uint8Array([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]);
  const other = await encodeFile({ path: "b.json", file: new File([utf16], "b.json") });
  expect(other).toEqual({ path: "b.json", content_base64: "//57AH0A" });
});

it("names a source so that it can be found again", () => {
  expect(sourceText({ kind: "files", files: 1 })).toBe("1 file");
  expect(
    sourceText({
      kind: "github",
      url: "https://github.com/someone/policies",
      ref: "main",
      commit: "0123456789abcdef",
      folder: "baseline",
    }),
  ).toBe("someone/policies, baseline at 0123456");
});

const GITHUB: components["schemas"]["BaselineOut"] = {
  ...BASELINE,
  source: {
    kind: "github",
    url: "https://github.com/someone/policies",
    ref: "HEAD",
    commit: "aaaaaaa1",
    folder: "",
  },
  has_source: true,
  update_available: true,
  source_checked_at: "2026-11-02T08:00:00Z",
};

function serveVersions() {
  const asked: unknown[] = [];
  const change = {
    added: [{ id: null, display_name: "No access", state: "enabled" }],
    removed: [],
    changed: [],
  };
  const counts = { critical: 0, high: 1, medium: 2, low: 3, info: 4 };
  const version = { source: GITHUB.source, policies: 1, created_at: "2026-11-01T08:00:00Z", note: "" };
  server.use(
    http.get(`${ANY}/baselines/:id`, () => HttpResponse.json({ ...GITHUB, policy_items: [] })),
    http.get(`${ANY}/baselines/:id/customers`, () =>
      HttpResponse.json({
        items: [{ id: "c1", display_name: "Fabrikam", pinned: 1, compared: 1 }],
      }),
    ),
    http.get(`${ANY}/baselines/:id/versions`, () =>
      HttpResponse.json({
        items: [
          { ...version, number: 2, created_by: "Ada", note: "Spring" },
          { ...version, number: 1, created_by: "Grace" },
        ],
      }),
    ),
    http.get(`${ANY}/baselines/:id/versions/1/compare/2`, () =>
      HttpResponse.json({ before: version, after: version, ...change, unchanged: 1 }),
    ),
    http.post(`${ANY}/baselines/:id/versions`, async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json({ ...GITHUB, current_version: 3 }, { status: 201 });
    }),
    http.post(`${ANY}/baselines/:id/update`, async ({ request }) => {
      const body = (await request.json()) as { preview: boolean };
      asked.push(body);
      const baseline = body.preview ? null : { ...GITHUB, current_version: 3 };
      const customers = [
        { customer_id: "c1", display_name: "Fabrikam", before: counts, after: { ...counts, high: 4 } },
      ];
      return HttpResponse.json({
        baseline,
        from: "aaaaaaa1",
        to: "bbbbbbb2",
        ...change,
        unchanged: 1,
        skipped: [],
        customers,
      });
    }),
  );
  return asked;
}

it("shows the versions and who uses which, and rolls back to one", async () => {
  const asked = serveVersions();
  await renderPage(`/baselines/${BASELINE.id}`);
  const user = userEvent.setup();
  expect(await screen.findByRole("table", { name: "Versions" })).toHaveTextContent(
    /by Ada.*Spring.*by Grace/,
  );
  expect(screen.getByRole("table", { name: "Customers compared" })).toHaveTextContent("FabrikamVersion 1");
  await user.click(screen.getByRole("button", { name: "Compare 1 with current" }));
  expect(await screen.findByText("No access")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Close", hidden: true }));
  await user.click(await screen.findByRole("button", { name: "Roll back to 1" }));
  await user.type(await screen.findByLabelText("Why"), "Too strict");
  await user.click(screen.getByRole("button", { name: "Roll back", hidden: true }));
  await waitFor(() => expect(asked).toEqual([{ restore: 1, note: "Too strict" }]));
});

it("tells what an update would do to customers before it is taken over", async () => {
  const asked = serveVersions();
  await renderPage(`/baselines/${BASELINE.id}`);
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Update available" }));
  expect(await screen.findByText("1 → 4")).toBeVisible();
  expect(screen.getByText("No access")).toBeVisible();
  await user.type(screen.getByLabelText("Note"), "Spring");
  await user.click(screen.getByRole("button", { name: "Take over", hidden: true }));
  await waitFor(() =>
    expect(asked).toEqual([
      { preview: true, note: "" },
      { preview: false, note: "Spring" },
    ]),
  );
});

const POLICY: components["schemas"]["BaselinePolicyOut"] = {
  id: null,
  key: "name:Require MFA",
  display_name: "Require MFA",
  state: "disabled",
  beta_only: false,
  sentence:
    "Off. If it were on: everyone would have to use multifactor authentication to sign in to any app.",
  who: ["All users"],
  what: ["All apps"],
  when: [],
  then: ["Multifactor authentication"],
  warnings: [],
  body: {},
  notes: { frameworks: ["House 1"], note: "Agreed in spring." },
};

it("says of a policy what is meant by it, as a new version, and keeps what was typed when that fails", async () => {
  const asked: { match: string | null; body: unknown }[] = [];
  serveImports("files");
  server.use(
    http.get(`${ANY}/baselines/:id`, () => HttpResponse.json({ ...BASELINE, policy_items: [POLICY] })),
    http.put(`${ANY}/baselines/:id/policies/:key`, async ({ request, params }) => {
      asked.push({
        match: request.headers.get("if-match"),
        body: { key: params.key, ...((await request.json()) as object) },
      });
      return asked.length === 1
        ? problemResponse(problem("conflict", { status: 412, detail: "Somebody else changed it." }))
        : HttpResponse.json({ ...BASELINE, current_version: 3 });
    }),
  );
  await renderPage(`/baselines/${BASELINE.id}`);
  const user = userEvent.setup();
  expect(await screen.findByText("Agreed in spring.")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Edit policy" }));
  await user.click(screen.getByLabelText("Severity"));
  await user.click(screen.getByRole("option", { name: "High" }));
  const json = screen.getByLabelText("Policy as Graph JSON");
  await user.clear(json);
  expect(screen.getByText("This is not a JSON object.")).toBeVisible();
  await user.click(json);
  await user.paste('{"displayName":"Require MFA","state":"enabled"}');
  const save = screen.getByRole("button", { name: "Save as new version", hidden: true });
  await user.click(save);
  expect(await screen.findByText(/Somebody else changed it/)).toBeVisible();
  expect(json).toHaveValue('{"displayName":"Require MFA","state":"enabled"}');
  await user.click(save);
  expect(await screen.findByText("Version 3 is the current one")).toBeVisible();
  expect(asked[1]).toEqual({
    match: '"3"',
    body: {
      key: "name:Require MFA",
      policy: { displayName: "Require MFA", state: "enabled" },
      notes: { intended_state: null, severity: "high", frameworks: ["House 1"], note: "Agreed in spring." },
      note: "",
    },
  });
});
