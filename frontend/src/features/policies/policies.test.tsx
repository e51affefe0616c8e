import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import type { components } from "@/api/schema";
import { CUSTOMER_ID, importedCustomer, policy, problem, snapshot } from "@/testing/fixtures";
import { renderPage } from "@/testing/renderPage";
import { ANY, problemResponse, server } from "@/testing/server";
import { chosenPolicies, filterPolicies, parsePolicySearch } from "./search";

const ADDRESS = `/customers/${CUSTOMER_ID}/policies`;
const MFA = policy({ id: "p1", display_name: "Require MFA" });
const COPY = policy({
  id: "p2",
  display_name: "Require MFA - copy",
  state: "disabled",
  sentence: "Off. If it were on: …",
});
const BLOCK = policy({ id: "p3", display_name: "Block legacy authentication", then: ["Block access"] });

type Comparison = components["schemas"]["PolicyComparison"];

function serve(answer?: Partial<Comparison>) {
  const asked: string[] = [];
  server.use(
    http.get(`${ANY}/customers/:id`, () => HttpResponse.json(importedCustomer())),
    http.get(`${ANY}/customers/:id/snapshots`, () =>
      HttpResponse.json({ items: [snapshot({ id: "s1" })], next_cursor: null }),
    ),
    http.get(`${ANY}/customers/:id/snapshots/s1/policies`, () =>
      HttpResponse.json({ items: [MFA, COPY, BLOCK] }),
    ),
    http.get(`${ANY}/customers/:id/snapshots/s1/policies/:first/compare/:second`, ({ params }) => {
      asked.push(`${String(params.first)} ${String(params.second)}`);
      const [first, second] = [params.first, params.second].map((id) =>
        [MFA, COPY, BLOCK].find((each) => each.id === id),
      );
      if (!first || !second)
        return problemResponse(problem("not_found", { status: 404, detail: "There is no such policy." }));
      return HttpResponse.json({ first, second, diff: [], same: [], ...answer });
    }),
  );
  return asked;
}

it("says in a sentence what each policy does, and finds it by the sentence's words", async () => {
  serve();
  const { address } = await renderPage(ADDRESS);
  const card = await screen.findByRole("article", { name: "Require MFA" });
  expect(within(card).getByText(MFA.sentence)).toBeVisible();
  await userEvent.type(screen.getByRole("searchbox", { name: "Search policies" }), "were on");
  await waitFor(() => expect(screen.getAllByRole("article")).toHaveLength(1));
  expect(address()).toContain("search=were");
});

it("compares two policies that were chosen, field by field, and Back leads to the list", async () => {
  const asked = serve({
    diff: [
      { field: "state", label: "State", baseline: "On", live: "Off", direction: "weaker", unresolved: [] },
    ],
    same: [{ field: "conditions.users.includeUsers", label: "Included users", value: ["All users"] }],
  });
  const { address, router } = await renderPage(ADDRESS);
  await userEvent.click(await screen.findByRole("checkbox", { name: "Compare Require MFA" }));
  expect(await screen.findByText(/Choose the policy to compare/)).toHaveTextContent("Require MFA");
  expect(address()).toContain("compare=p1");
  await userEvent.click(screen.getByRole("checkbox", { name: "Compare Require MFA - copy" }));

  const differs = await screen.findByRole("table", { name: "1 field differs" });
  expect(within(differs).getByRole("row", { name: /State Weaker/ })).toHaveTextContent("− On+ Off");
  expect(screen.getByRole("region", { name: "The same in both" })).toHaveTextContent(
    "Included usersAll users",
  );
  expect(screen.getAllByRole("article")).toHaveLength(2);
  expect(asked).toEqual(["p1 p2"]);

  await userEvent.click(screen.getByRole("button", { name: "Swap" }));
  await waitFor(() => expect(asked).toEqual(["p1 p2", "p2 p1"]));
  expect(parsePolicySearch(router.state.location.search)).toEqual({ compare: "p2,p1" });

  act(() => router.history.back());
  expect(await screen.findByRole("article", { name: "Block legacy authentication" })).toBeVisible();
});

it("lets one side be another policy, found by its name", async () => {
  const asked = serve();
  await renderPage(`${ADDRESS}?compare=p1%2Cp2`);
  expect(
    await screen.findByText(/The two mean the same, and differ in nothing but their names/),
  ).toBeVisible();
  const second = screen.getByRole("combobox", { name: "Second" });
  await userEvent.clear(second);
  await userEvent.type(second, "legacy");
  await userEvent.click(await screen.findByRole("option", { name: "Block legacy authentication" }));
  await waitFor(() => expect(asked.at(-1)).toBe("p1 p3"));
  expect(second).toHaveValue("Block legacy authentication");
});

it("says so when a link names a policy that is gone, or the same one twice", async () => {
  serve();
  const gone = await renderPage(`${ADDRESS}?compare=p1%2Cp9`);
  expect(await screen.findByText("It is not there")).toBeVisible();
  gone.unmount();
  const twice = await renderPage(`${ADDRESS}?compare=p1%2Cp1`);
  expect(await screen.findByText("This is the same policy twice")).toBeVisible();
  twice.unmount();
  await renderPage(`${ADDRESS}?compare=p9`);
  expect(await screen.findByText("The policy that was chosen is not in this snapshot.")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Choose again" }));
  await waitFor(() => expect(screen.queryByText(/was chosen/)).not.toBeInTheDocument());
});

it("reads the address", () => {
  expect(chosenPolicies({})).toEqual([]);
  expect(chosenPolicies({ compare: "a,,b,c" })).toEqual(["a", "b"]);
  expect(parsePolicySearch({ compare: 7, state: "on" })).toEqual({});
  expect(filterPolicies([MFA, BLOCK], { search: "block access" })).toEqual([BLOCK]);
});
