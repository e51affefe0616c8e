import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import type { components } from "@/api/schema";
import { sessionOf } from "@/testing/fixtures";
import { renderPage } from "@/testing/renderPage";
import { ANY, server } from "@/testing/server";

type Person = components["schemas"]["UserOut"];

const PERSON: Person = {
  id: "u2",
  email: "kim@msp.example",
  display_name: "Kim Example",
  role: "operator",
  second_factor: true,
  last_login_at: null,
  created_at: "2026-11-01T08:00:00Z",
  version: 1,
};

it("removes another person's second factor, and ends their sessions", async () => {
  const own: Person = {
    ...PERSON,
    id: sessionOf("owner").user.id,
    display_name: "Robin Example",
    email: "r@msp.example",
  };
  let people = [own, PERSON];
  const called: string[] = [];
  server.use(
    http.get(`${ANY}/users`, () => HttpResponse.json({ items: people, next_cursor: null })),
    http.delete(`${ANY}/users/:id/:what`, ({ params }) => {
      called.push(`${String(params.id)} ${String(params.what)}`);
      if (params.what === "second-factor") people = [own, { ...PERSON, second_factor: false }];
      return new HttpResponse(null, { status: 204 });
    }),
  );
  await renderPage("/settings/people");
  const user = userEvent.setup();
  // One's own is removed under My account, with password and code.
  expect(await screen.findByRole("button", { name: "More for Kim Example" })).toBeVisible();
  expect(screen.queryByRole("button", { name: "More for Robin Example" })).not.toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "More for Kim Example" }));
  await user.click(await screen.findByRole("menuitem", { name: "Remove second factor" }));
  const dialog = () => within(screen.getByRole("dialog", { hidden: true }));
  await user.click(dialog().getByRole("button", { name: "Remove", hidden: true }));
  await waitFor(() => expect(called).toEqual(["u2 second-factor"]));
  await waitFor(() => expect(screen.queryByRole("dialog", { hidden: true })).not.toBeInTheDocument());
  await user.click(screen.getByRole("button", { name: "More for Kim Example" }));
  expect(screen.queryByRole("menuitem", { name: "Remove second factor" })).not.toBeInTheDocument();
  await user.click(await screen.findByRole("menuitem", { name: "Sign out everywhere" }));
  await user.click(dialog().getByRole("button", { name: "Sign out", hidden: true }));
  await waitFor(() => expect(called).toEqual(["u2 second-factor", "u2 sessions"]));
});
