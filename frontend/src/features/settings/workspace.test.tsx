import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import type { components } from "@/api/schema";
import { currentSession } from "@/api/session";
import { problem, sessionOf } from "@/testing/fixtures";
import { renderPage } from "@/testing/renderPage";
import { ANY, problemResponse, server } from "@/testing/server";

type Schemas = components["schemas"];

const ADDRESS = "/settings/workspace";

function workspace() {
  const state: { now: Schemas["WorkspaceOut"]; sent: unknown[]; versions: (string | null)[] } = {
    now: {
      id: "0193a5a0-0000-7000-8000-0000000000bb",
      display_name: "Example MSP",
      require_second_factor: false,
      created_at: "2026-11-01T08:00:00Z",
      version: 1,
    },
    sent: [],
    versions: [],
  };
  server.use(
    http.get(`${ANY}/workspace`, () => HttpResponse.json(state.now)),
    http.post(`${ANY}/auth/refresh`, () => HttpResponse.json(sessionOf("owner"))),
    http.patch(`${ANY}/workspace`, async ({ request }) => {
      const change = (await request.json()) as Schemas["WorkspaceUpdate"];
      state.sent.push(change);
      state.versions.push(request.headers.get("If-Match"));
      state.now = { ...state.now, ...change, version: state.now.version + 1 } as Schemas["WorkspaceOut"];
      return HttpResponse.json(state.now);
    }),
  );
  return state;
}

it("renames the workspace and requires a second factor, on what was read", async () => {
  const state = workspace();
  await renderPage(ADDRESS);
  const user = userEvent.setup();
  const name = await screen.findByLabelText(/^Workspace name/);
  await user.clear(name);
  await user.type(name, "Example Managed IT");
  await user.click(screen.getByRole("button", { name: "Save name" }));
  await waitFor(() => expect(screen.getByText("Example Managed IT")).toBeVisible());
  await user.click(screen.getByRole("switch", { name: "Require a second factor of everybody" }));
  expect(await screen.findByText("Required of everybody")).toBeVisible();
  expect(state.sent).toEqual([{ display_name: "Example Managed IT" }, { require_second_factor: true }]);
  expect(state.versions).toEqual(['"1"', '"2"']);
});

it("tells an owner without one to set their own up first", async () => {
  workspace();
  server.use(
    http.patch(`${ANY}/workspace`, () =>
      problemResponse(
        problem("invalid_state", {
          status: 409,
          reason: "second_factor_required",
          detail: "You have no second factor yourself.",
          remedy: "Set one up under My account first.",
        }),
      ),
    ),
  );
  await renderPage(ADDRESS);
  const user = userEvent.setup();
  const toggle = await screen.findByRole("switch", { name: "Require a second factor of everybody" });
  await user.click(toggle);
  expect(await screen.findByText(/Set one up under My account first/)).toBeVisible();
  expect(toggle).not.toBeChecked();
});

it("deletes the workspace once its name was typed, and signs out", async () => {
  const state = workspace();
  server.use(
    http.delete(`${ANY}/workspace`, async ({ request }) => {
      state.sent.push(await request.json());
      return new HttpResponse(null, { status: 204 });
    }),
  );
  await renderPage(ADDRESS);
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Delete workspace" }));
  const dialog = within(screen.getByRole("dialog", { hidden: true }));
  const remove = () => dialog.getByRole("button", { name: "Delete for ever", hidden: true });
  await user.type(dialog.getByLabelText(/^Type Example MSP to confirm/), "example msp");
  expect(remove()).toHaveAttribute("aria-disabled", "true");
  await user.clear(dialog.getByLabelText(/^Type Example MSP to confirm/));
  await user.type(dialog.getByLabelText(/^Type Example MSP to confirm/), "Example MSP");
  await user.click(remove());
  await waitFor(() => expect(currentSession().status).toBe("signed-out"));
  expect(state.sent).toEqual([{ display_name: "Example MSP" }]);
});

it("shows others the settings without the means to change them", async () => {
  workspace();
  await renderPage(ADDRESS, "admin");
  expect(await screen.findByText("Up to each person")).toBeVisible();
  for (const name of ["Save name", "Delete workspace"])
    expect(screen.queryByRole("button", { name })).not.toBeInTheDocument();
  expect(screen.queryByRole("switch")).not.toBeInTheDocument();
});

it("tells what fails, and asks again", async () => {
  workspace();
  let asked = 0;
  server.use(
    http.get(`${ANY}/workspace`, () => {
      asked += 1;
      return problemResponse(problem("unavailable", { status: 503 }));
    }),
  );
  await renderPage(ADDRESS);
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Try again" }));
  await waitFor(() => expect(asked).toBe(2));
});
