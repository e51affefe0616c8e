import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import type { components } from "@/api/schema";
import { CUSTOMER_ID, binding, importedCustomer, problem } from "@/testing/fixtures";
import { renderPage } from "@/testing/renderPage";
import { ANY, problemResponse, server } from "@/testing/server";

type Binding = components["schemas"]["Binding"];
type Choices = components["schemas"]["BindingChoices"];

const ADDRESS = `/customers/${CUSTOMER_ID}/settings/bindings`;
const WORKSPACE = {
  kind: "workspace_baseline",
  baseline_id: "0193a5a0-0000-7000-8000-000000000900",
} as const;

function serve(items: Binding[], etag = '"4"', own = false) {
  server.use(
    http.get(`${ANY}/customers/:id`, () => HttpResponse.json(importedCustomer())),
    http.get(`${ANY}/customers/:id/bindings`, () =>
      HttpResponse.json(
        { comparison_baseline: own ? { kind: "imported_snapshot" } : WORKSPACE, items },
        { headers: { ETag: etag } },
      ),
    ),
  );
}

/** Takes what is saved; answers in turn with these. */
function receive(...answers: (() => Response)[]) {
  const sent: { tag: string | null; bindings: Choices["bindings"] }[] = [];
  server.use(
    http.put(`${ANY}/customers/:id/bindings`, async ({ request }) => {
      const { bindings } = (await request.json()) as Choices;
      sent.push({ tag: request.headers.get("If-Match"), bindings });
      return answers[sent.length - 1]!();
    }),
  );
  return sent;
}

const CONFIRMED = binding({
  kind: "named_location",
  reference: "Head office",
  state: "confirmed",
  live: [{ kind: "named_location", id: "0193a5a0-0000-7000-8000-000000000650", name: "HQ" }],
  assumption: false,
  reason: "confirmed",
  alternatives: [],
});

const saved = (items: Binding[]) => () =>
  HttpResponse.json({ comparison_baseline: WORKSPACE, items }, { headers: { ETag: '"5"' } });

it("shows what each reference means, why, and who uses it", async () => {
  serve([
    binding({
      used_by: ["A", "B", "C", "D", "E"].map((name) => ({
        policy: name,
        display_name: name,
        use: "exclude",
      })),
    }),
    CONFIRMED,
    binding({
      reference: "<Contractors>",
      state: "unbound",
      live: [],
      assumption: false,
      reason: "nothing is like it",
    }),
  ]);
  await renderPage(ADDRESS);
  const list = within(await screen.findByRole("list", { name: "References of the baseline" }));
  const [first, second, third] = list.getAllByRole("listitem");
  expect(first).toHaveTextContent("<Emergency access>Assumed");
  expect(first).toHaveTextContent("Means CA-BreakGlass: nearly all policies leave it out.");
  expect(first).toHaveTextContent("Left out by A, B, C, and 2 more policies.");
  expect(second).toHaveTextContent("Means HQ.");
  expect(third).toHaveTextContent("Nothing is like it.");
  expect(screen.getByText("3 references: 1 confirmed, 1 suggested, 1 unbound")).toBeVisible();
});

it("confirms a suggestion and keeps what was said of the others", async () => {
  serve([binding(), CONFIRMED]);
  const sent = receive(saved([binding({ state: "confirmed" }), CONFIRMED]));
  await renderPage(ADDRESS, "admin");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Confirm" }));
  expect(screen.getByText("Not saved")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Save 1 change" }));
  expect(await screen.findByText("The bindings were saved; the report was made anew")).toBeInTheDocument();
  expect(sent[0]).toEqual({
    tag: '"4"',
    bindings: [
      { kind: "group", reference: "<Emergency access>", live: [binding().live[0]!.id] },
      { kind: "named_location", reference: "Head office", live: [CONFIRMED.live[0]!.id] },
    ],
  });
});

it("takes an alternative, another object's id, or nothing", async () => {
  serve([binding()]);
  const sent = receive(() => problemResponse(problem("unavailable", { status: 503 })));
  await renderPage(ADDRESS, "admin");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Change" }));
  await user.click(screen.getByRole("radio", { name: /Emergency team — only a guess: the name is similar/ }));
  expect(screen.getByRole("list", { name: "References of the baseline" })).toHaveTextContent(
    "Will mean Emergency team.",
  );
  await user.click(screen.getByRole("radio", { name: /Leave unbound/ }));
  expect(screen.getByText("Will be left unbound.")).toBeVisible();
  await user.click(screen.getByRole("radio", { name: /Another object/ }));
  const id = await screen.findByLabelText("Object id");
  await user.type(id, "breakglass");
  expect(id).toHaveAccessibleDescription(/An object id looks like/);
  expect(screen.getByRole("button", { name: "Use this object" })).toHaveAttribute("aria-disabled", "true");
  await user.clear(id);
  await user.type(id, "6a1f0f0e-3c1b-4a53-9d51-0a0f6b1f2c3d");
  await user.click(screen.getByRole("button", { name: "Use this object" }));
  await user.click(screen.getByRole("button", { name: "Save 1 change" }));
  await waitFor(() => expect(sent[0]?.bindings[0]?.live).toEqual(["6a1f0f0e-3c1b-4a53-9d51-0a0f6b1f2c3d"]));
  expect(await screen.findByText("The service can't answer right now")).toBeVisible();
  expect(id).toHaveValue("6a1f0f0e-3c1b-4a53-9d51-0a0f6b1f2c3d");
});

it("keeps the choice when somebody else was faster, and saves it on what is true now", async () => {
  serve([binding()]);
  const sent = receive(
    () => {
      serve([binding(), CONFIRMED], '"9"');
      return problemResponse(problem("precondition_failed", { status: 412 }));
    },
    saved([binding({ state: "confirmed" }), CONFIRMED]),
  );
  await renderPage(ADDRESS, "admin");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Confirm 1 suggestion" }));
  await user.click(screen.getByRole("button", { name: "Save 1 change" }));
  expect(await screen.findByText("Somebody else changed it meanwhile")).toBeVisible();
  expect(await screen.findByText("Head office")).toBeVisible();
  expect(screen.getByText("Will mean", { exact: false })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Save 1 change" }));
  await waitFor(() => expect(sent[1]?.tag).toBe('"9"'));
  expect(sent[1]?.bindings).toHaveLength(2);
});

it("leaves a refused reference refused", async () => {
  const refused = binding({
    reference: "<Contractors>",
    state: "refused",
    live: [],
    assumption: false,
    reason: "left unbound on purpose",
  });
  serve([binding(), refused]);
  const sent = receive(saved([binding({ state: "confirmed" }), refused]));
  await renderPage(ADDRESS, "admin");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Confirm" }));
  await user.click(screen.getByRole("button", { name: "Save 1 change" }));
  await waitFor(() =>
    expect(sent[0]?.bindings[1]).toEqual({ kind: "group", reference: "<Contractors>", live: [] }),
  );
});

it("says why there is nothing to bind", async () => {
  serve([], '"4"', true);
  await renderPage(ADDRESS);
  expect(await screen.findByText("Nothing needs a binding")).toBeVisible();
  expect(screen.getByRole("link", { name: "Choose another comparison baseline" })).toHaveAttribute(
    "href",
    `/customers/${CUSTOMER_ID}/settings`,
  );
});

it("shows an operator everything and lets nothing be changed", async () => {
  serve([binding()]);
  await renderPage(ADDRESS, "operator");
  expect(await screen.findByText("CA-BreakGlass")).toBeVisible();
  expect(screen.queryByRole("button", { name: /Confirm|Change|Save/ })).not.toBeInTheDocument();
});
