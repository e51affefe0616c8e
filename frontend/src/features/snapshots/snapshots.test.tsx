import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import {
  CUSTOMER_ID,
  comparison,
  finding,
  importedCustomer,
  problem,
  shift,
  snapshot,
} from "@/testing/fixtures";
import { renderPage } from "@/testing/renderPage";
import { ANY, problemResponse, server } from "@/testing/server";
import { pairOf } from "./search";

const LIST = `/customers/${CUSTOMER_ID}/snapshots`;
const ADDRESS = `${LIST}/compare`;
const THREE = [
  snapshot({ id: "s3", taken_at: "2026-11-25T08:00:00Z" }),
  snapshot({ id: "s2" }),
  snapshot({ id: "s1", taken_at: "2026-11-01T08:00:00Z" }),
];

function serve(
  items = THREE,
  answer: (before: string, after: string) => Response = () => HttpResponse.json(comparison()),
) {
  const asked: string[] = [];
  server.use(
    http.get(`${ANY}/customers/:id`, () => HttpResponse.json(importedCustomer())),
    http.get(`${ANY}/customers/:id/snapshots`, () => HttpResponse.json({ items, next_cursor: null })),
    http.get(`${ANY}/customers/:id/snapshots/:before/compare/:after`, ({ params }) => {
      asked.push(`${String(params.before)} ${String(params.after)}`);
      return answer(String(params.before), String(params.after));
    }),
  );
  return asked;
}

/** An object as Graph gave it; the spec knows no more of it than that it is one. */
const body = (object: object) => object as Record<string, never>;

it("leads from each snapshot to what changed since the one before", async () => {
  const asked = serve();
  const { address } = await renderPage(LIST);
  const ways = await screen.findAllByRole("link", { name: "Since the one before" });
  expect(ways).toHaveLength(2);
  await userEvent.click(ways[1]!);
  await waitFor(() => expect(address()).toBe(`${ADDRESS}?before=s1&after=s2`));
  await waitFor(() => expect(asked).toEqual(["s1 s2"]));
  const nav = screen.getByRole("navigation", { name: "Contoso Ltd." });
  expect(within(nav).getByRole("link", { name: "Snapshots" })).toHaveAttribute("aria-current", "page");
});

it("shows the direction, the sign-ins with an example, then the policies", async () => {
  serve(THREE, () =>
    HttpResponse.json(
      comparison({
        direction: "both",
        lost: [shift()],
        gained: [
          shift({
            policy: { id: "p2", display_name: "Block legacy authentication", state: "enabled" },
            share: 1,
            witness_text: "A guest with legacy authentication signs in without being blocked.",
            conditions: ["It holds only if somebody has the memberships named."],
          }),
        ],
        security_defaults: false,
        added: [{ id: "p2", display_name: "Block legacy authentication", state: "enabled" }],
        removed: [{ id: "p4", display_name: "Old policy", state: "disabled" }],
        changed: [
          {
            before: { id: "p1", display_name: "Require MFA", state: "enabled" },
            after: { id: "p1", display_name: "Require MFA for everyone", state: "enabled" },
            diff: finding().diff,
          },
        ],
        objects: [
          {
            kind: "named_location",
            id: "l1",
            display_name: "HQ",
            change: "changed",
            before: body({ isTrusted: false }),
            after: body({ isTrusted: true }),
          },
        ],
      }),
    ),
  );
  await renderPage(ADDRESS);
  expect(await screen.findByRole("heading", { name: "Weakens and strengthens" })).toBeVisible();
  expect(screen.getByText("Security defaults were turned off")).toBeVisible();
  const lost = within(screen.getByRole("list", { name: "Sign-ins that lost protection" }));
  expect(lost.getByText("12 %")).toBeVisible();
  expect(lost.getByText(/^A member of Sales signs in/)).toBeVisible();
  expect(lost.getByText("now without multifactor authentication")).toBeVisible();
  const gained = within(screen.getByRole("list", { name: "Sign-ins that gained protection" }));
  expect(gained.getByText("It holds only if somebody has the memberships named.")).toBeVisible();
  expect(screen.getByText(/^1 added, 1 removed, 1 changed/)).toBeVisible();
  expect(within(screen.getByRole("region", { name: "Removed policies" })).getByRole("link")).toHaveAttribute(
    "href",
    expect.stringContaining("snapshot=s1"),
  );
  const changed = within(screen.getByRole("region", { name: "Changed policies" }));
  expect(changed.getByText("Renamed from Require MFA to Require MFA for everyone")).toBeVisible();
  expect(changed.getByRole("columnheader", { name: "Before" })).toBeVisible();
  expect(changed.getByLabelText("only after")).toHaveTextContent("+");
  await userEvent.click(screen.getByText("Raw JSON"));
  expect(await screen.findByLabelText("JSON of HQ after")).toHaveTextContent('"isTrusted": true');
});

it("compares any two, in either direction, by the address", async () => {
  const asked = serve();
  const { address } = await renderPage(ADDRESS);
  expect(await screen.findByRole("heading", { name: "Neutral" })).toBeVisible();
  expect(screen.getByText(/^No policy changed; 10 policies mean the same/)).toBeVisible();
  expect(asked).toEqual(["s2 s3"]);
  const user = userEvent.setup();
  await user.click(screen.getByRole("combobox", { name: "From" }));
  await user.click((await screen.findAllByRole("option"))[2]!);
  await waitFor(() => expect(asked.at(-1)).toBe("s1 s3"));
  await user.click(screen.getByRole("button", { name: "Swap" }));
  await waitFor(() => expect(address()).toBe(`${ADDRESS}?before=s3&after=s1`));
});

it("says what could not be decided", async () => {
  serve(THREE, () =>
    HttpResponse.json(
      comparison({ lost: [shift({ regions: [], witness_text: null, not_decided: "Too many pieces." })] }),
    ),
  );
  await renderPage(ADDRESS);
  expect(await screen.findByText(/could not be decided; see below/)).toBeVisible();
  expect(screen.getByText("Too many pieces.")).toBeVisible();
  expect(screen.queryByText("of its sign-ins")).not.toBeInTheDocument();
});

it("says when there is only one snapshot, or twice the same", async () => {
  serve(THREE.slice(0, 1));
  const first = await renderPage(ADDRESS);
  expect(await screen.findByText("There is nothing to compare yet")).toBeVisible();
  first.unmount();
  serve();
  await renderPage(`${ADDRESS}?before=s1&after=s1`);
  expect(await screen.findByText("This is the same snapshot twice")).toBeVisible();
});

it("says so when a snapshot of the address is gone", async () => {
  serve(THREE, () =>
    problemResponse(problem("not_found", { status: 404, detail: "There is no such snapshot." })),
  );
  await renderPage(`${ADDRESS}?before=s0&after=s1`);
  expect(await screen.findByText("It is not there")).toBeVisible();
});

it("takes the one before when only one is named", () => {
  expect(pairOf(THREE, {})).toEqual({ before: "s2", after: "s3" });
  expect(pairOf(THREE, { after: "s2" })).toEqual({ before: "s1", after: "s2" });
  expect(pairOf(THREE, { before: "s3" })).toEqual({ before: "s3", after: "s2" });
  expect(pairOf(THREE, { after: "s1" })).toEqual({ before: "s3", after: "s1" });
});
