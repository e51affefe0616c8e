import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import type { components } from "@/api/schema";
import { CUSTOMER_ID, emergencyObject, importedCustomer, problem } from "@/testing/fixtures";
import { renderPage } from "@/testing/renderPage";
import { ANY, problemResponse, server } from "@/testing/server";

type Objects = components["schemas"]["EmergencyObject"][];
type Choices = components["schemas"]["EmergencyChoices"];

const ADDRESS = `/customers/${CUSTOMER_ID}/settings/emergency-access`;
const OTHER = "6a1f0f0e-3c1b-4a53-9d51-0a0f6b1f2c3d";

const body = (objects: Objects, accounts: number | null = 2): components["schemas"]["EmergencyAccess"] => ({
  snapshot_id: "0193a5a0-0000-7000-8000-000000000200",
  objects,
  accounts,
});

function serve(objects: Objects, etag = '"4"', accounts: number | null = 2) {
  server.use(
    http.get(`${ANY}/customers/:id`, () => HttpResponse.json(importedCustomer())),
    http.get(`${ANY}/customers/:id/emergency-access`, () =>
      HttpResponse.json(body(objects, accounts), { headers: { ETag: etag } }),
    ),
  );
}

function receive(...answers: (() => Response)[]) {
  const sent: (Choices & { tag: string | null })[] = [];
  server.use(
    http.put(`${ANY}/customers/:id/emergency-access`, async ({ request }) => {
      sent.push({ ...((await request.json()) as Choices), tag: request.headers.get("If-Match") });
      return answers[sent.length - 1]!();
    }),
  );
  return sent;
}

const CANDIDATE = emergencyObject({
  kind: "user",
  id: OTHER,
  name: "breakglass@contoso.example",
  standing: "candidate",
  excluded_from: 1,
  telling_name: false,
  members: 1,
  member_ids: [OTHER],
  blocked_by: [{ id: "p2", display_name: "Block legacy authentication", state: "enabled" }],
  asked_by: [],
});

it("shows what is recognised and what may be, with members and the policies that reach them", async () => {
  serve([emergencyObject(), CANDIDATE]);
  await renderPage(ADDRESS);
  const known = within(await screen.findByRole("list", { name: "Emergency access" }));
  const [group] = known.getAllByRole("listitem");
  expect(group).toHaveTextContent(
    "Left out by 9 of 10 policies for all users that are on; its name says it as well.",
  );
  expect(group).toHaveTextContent("Asked for multifactor authentication by Require MFA for admins");
  await userEvent.click(screen.getByText("2 accounts"));
  expect(await screen.findByText("0193a5a0-0000-7000-8000-000000000702")).toBeInTheDocument();
  const maybe = screen.getByRole("list", { name: "May be emergency access" });
  expect(maybe).toHaveTextContent("Would be blocked by Block legacy authentication");
  expect(screen.getByText(/^2 accounts for emergency access/)).toBeVisible();
});

it("warns when none is known", async () => {
  serve([], '"4"', 0);
  await renderPage(ADDRESS);
  expect(await screen.findByText("No emergency access is known")).toBeVisible();
});

it("confirms one and refuses another, in place of what was said before", async () => {
  serve([emergencyObject({ standing: "confirmed" }), CANDIDATE]);
  const answer = () =>
    HttpResponse.json(
      body([emergencyObject({ standing: "confirmed" }), { ...CANDIDATE, standing: "refused" }]),
      {
        headers: { ETag: '"5"' },
      },
    );
  const sent = receive(() => {
    serve([emergencyObject({ standing: "confirmed" }), { ...CANDIDATE, standing: "refused" }], '"5"');
    return answer();
  }, answer);
  await renderPage(ADDRESS, "admin");
  const user = userEvent.setup();
  const maybe = within(await screen.findByRole("list", { name: "May be emergency access" }));
  await user.click(maybe.getByRole("button", { name: "Not emergency access" }));
  const group = { kind: "group", id: emergencyObject().id };
  await waitFor(() =>
    expect(sent[0]).toEqual({ tag: '"4"', confirmed: [group], refused: [{ kind: "user", id: OTHER }] }),
  );
  const refused = within(await screen.findByRole("list", { name: "Not emergency access" }));
  await user.click(refused.getByRole("button", { name: "Let the policies decide" }));
  await waitFor(() => expect(sent[1]).toEqual({ tag: '"5"', confirmed: [group], refused: [] }));
});

it("keeps the id that was typed when somebody else was faster", async () => {
  serve([emergencyObject()]);
  const sent = receive(
    () => {
      serve([emergencyObject()], '"9"');
      return problemResponse(problem("precondition_failed", { status: 412 }));
    },
    () => HttpResponse.json(body([emergencyObject()]), { headers: { ETag: '"10"' } }),
  );
  await renderPage(ADDRESS, "admin");
  const user = userEvent.setup();
  const id = await screen.findByLabelText(/Object id/);
  await user.type(id, "not an id");
  expect(id).toHaveAccessibleDescription(/An object id looks like/);
  await user.clear(id);
  await user.type(id, OTHER);
  await user.click(screen.getByRole("button", { name: "Add as emergency access" }));
  expect(await screen.findByText("Somebody else changed it meanwhile")).toBeVisible();
  expect(id).toHaveValue(OTHER);
  await user.click(screen.getByRole("button", { name: "Add as emergency access" }));
  await waitFor(() =>
    expect(sent[1]).toMatchObject({ tag: '"9"', confirmed: [{ kind: "user", id: OTHER }] }),
  );
  await waitFor(() => expect(id).toHaveValue(""));
});

it("shows an operator everything and lets nothing be changed", async () => {
  serve([emergencyObject()]);
  await renderPage(ADDRESS, "operator");
  expect(await screen.findByText("CA-BreakGlass")).toBeVisible();
  expect(screen.queryByRole("button", { name: /Confirm|Not emergency|Add as/ })).not.toBeInTheDocument();
});

it("tells what failed and tries again", async () => {
  server.use(
    http.get(`${ANY}/customers/:id`, () => HttpResponse.json(importedCustomer())),
    http.get(`${ANY}/customers/:id/emergency-access`, () =>
      problemResponse(problem("unavailable", { status: 503 })),
    ),
  );
  await renderPage(ADDRESS);
  expect(await screen.findByText("The service can't answer right now")).toBeVisible();
  serve([emergencyObject()]);
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("CA-BreakGlass")).toBeVisible();
});
