import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import type { components } from "@/api/schema";
import { currentSession } from "@/api/session";
import { problem, sessionOf } from "@/testing/fixtures";
import { renderPage } from "@/testing/renderPage";
import { ANY, problemResponse, server } from "@/testing/server";

type Schemas = components["schemas"];

const ADDRESS = "/settings/account";
const CODES = Array.from({ length: 10 }, (_, index) => `abcd-efgh-jkmn-pqr${index}`);
const ENROLMENT: Schemas["EnrolmentOut"] = {
  secret: "JBSWY3DPEHPK3PXP",
  otpauth_uri: "otpauth://totp/Policytab:robin%40msp.example?secret=JBSWY3DPEHPK3PXP&issuer=Policytab",
};
const OWN: Schemas["OwnSessionOut"] = {
  id: "s1",
  created_at: "2026-11-20T08:00:00Z",
  last_used_at: "2026-11-29T08:00:00Z",
  ip: "192.0.2.7",
  user_agent: "Firefox on Linux",
  current: true,
};
const OTHER: Schemas["OwnSessionOut"] = {
  ...OWN,
  id: "s2",
  ip: "192.0.2.8",
  user_agent: "Safari on iPhone",
  current: false,
};

/** The account on the server: what a screen reads is what it has changed. */
function account(factor: Partial<Schemas["SecondFactorOut"]> = {}) {
  const state = {
    factor: {
      enabled_since: null,
      recovery_codes_left: 0,
      required: false,
      ...factor,
    } as Schemas["SecondFactorOut"],
    sessions: [OWN, OTHER],
    sent: [] as unknown[],
  };
  const enabled = () => {
    state.factor = { ...state.factor, enabled_since: "2026-11-29T08:00:00Z", recovery_codes_left: 10 };
    return HttpResponse.json({ recovery_codes: CODES });
  };
  server.use(
    http.get(`${ANY}/me/second-factor`, () => HttpResponse.json(state.factor)),
    http.get(`${ANY}/me/sessions`, () => HttpResponse.json({ items: state.sessions })),
    http.post(`${ANY}/auth/refresh`, () => HttpResponse.json(sessionOf("owner"))),
    http.post(`${ANY}/me/second-factor`, async ({ request }) => {
      const { password } = (await request.json()) as Schemas["PasswordIn"];
      if (password === "right") return HttpResponse.json(ENROLMENT);
      return problemResponse(problem("validation_failed", { errors: { password: "is not your password" } }));
    }),
    http.post(`${ANY}/me/second-factor/confirm`, async ({ request }) => {
      const { code } = (await request.json()) as Schemas["CodeIn"];
      if (code === "123456") return enabled();
      return problemResponse(
        problem("validation_failed", { errors: { code: "is wrong, or was used already" } }),
      );
    }),
    http.post(`${ANY}/me/second-factor/recovery-codes`, async ({ request }) => {
      state.sent.push(await request.json());
      return enabled();
    }),
    http.delete(`${ANY}/me/second-factor`, async ({ request }) => {
      state.sent.push(await request.json());
      state.factor = { ...state.factor, enabled_since: null, recovery_codes_left: 0 };
      return new HttpResponse(null, { status: 204 });
    }),
    http.delete(`${ANY}/me/sessions/:id`, ({ params }) => {
      state.sessions = state.sessions.filter(({ id }) => id !== params.id);
      return new HttpResponse(null, { status: 204 });
    }),
    http.put(`${ANY}/me/password`, async ({ request }) => {
      const body = (await request.json()) as Schemas["PasswordChange"];
      state.sent.push(body);
      if (body.current_password === "right") return new HttpResponse(null, { status: 204 });
      return problemResponse(
        problem("validation_failed", { errors: { current_password: "is not your password" } }),
      );
    }),
  );
  return state;
}

function dialog() {
  return within(screen.getByRole("dialog", { hidden: true }));
}

it("sets a second factor up step by step, and shows the recovery codes once", async () => {
  account();
  await renderPage(ADDRESS);
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Set up a second factor" }));
  const password = () => dialog().getByLabelText(/^Password/);
  await user.type(password(), "wrong");
  await user.click(dialog().getByRole("button", { name: "Go on", hidden: true }));
  expect(await screen.findByText("It is not your password.")).toBeInTheDocument();
  await user.clear(password());
  await user.type(password(), "right");
  await user.click(dialog().getByRole("button", { name: "Go on", hidden: true }));
  const qr = await screen.findByRole("img", { name: "QR code for your authenticator app", hidden: true });
  expect(qr.querySelector("path")?.getAttribute("d")).toMatch(/^M\d+ \d+h1v1h-1z/);
  expect(screen.getByText(ENROLMENT.secret)).toBeInTheDocument();
  const code = () => dialog().getByLabelText(/^Code/);
  await user.type(code(), "000000");
  await user.click(dialog().getByRole("button", { name: "Confirm", hidden: true }));
  expect(await screen.findByText("It is wrong, or was used already.")).toBeInTheDocument();
  await user.clear(code());
  await user.type(code(), " 123456 ");
  await user.click(dialog().getByRole("button", { name: "Confirm", hidden: true }));
  const list = await screen.findByRole("list", { name: "Recovery codes", hidden: true });
  expect(
    within(list)
      .getAllByRole("listitem", { hidden: true })
      .map((item) => item.textContent),
  ).toEqual(CODES);
  await user.click(screen.getByRole("button", { name: "I have kept them", hidden: true }));
  expect(await screen.findByText("10 of 10")).toBeVisible();
  expect(screen.queryByText(CODES[0] ?? "")).not.toBeInTheDocument();
});

it("prints the recovery codes with nothing in them that a page could run", async () => {
  account();
  await renderPage(ADDRESS);
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Set up a second factor" }));
  await user.type(dialog().getByLabelText(/^Password/), "right");
  await user.click(dialog().getByRole("button", { name: "Go on", hidden: true }));
  await user.type(await screen.findByLabelText(/^Code/), "123456");
  await user.click(dialog().getByRole("button", { name: "Confirm", hidden: true }));
  await user.click(await screen.findByRole("button", { name: "Print", hidden: true }));
  const sheet = document.querySelector<HTMLIFrameElement>('iframe[title="Recovery codes"]');
  expect(sheet?.srcdoc).toContain(CODES[9]);
  expect(sheet?.getAttribute("sandbox")).not.toContain("allow-scripts");
});

it("asks for password and code to remove it and for new recovery codes", async () => {
  const state = account({ enabled_since: "2026-11-01T08:00:00Z", recovery_codes_left: 2 });
  await renderPage(ADDRESS);
  const user = userEvent.setup();
  expect(await screen.findByText(/Few recovery codes are left/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "New recovery codes" }));
  const renew = () => dialog().getByRole("button", { name: "Get new codes", hidden: true });
  expect(renew()).toHaveAttribute("aria-disabled", "true");
  await user.type(dialog().getByLabelText(/^Password/), "right");
  await user.type(dialog().getByLabelText(/^Code/), "123456");
  await user.click(renew());
  await user.click(await screen.findByRole("button", { name: "I have kept them", hidden: true }));
  await user.click(await screen.findByRole("button", { name: "Remove second factor" }));
  await user.type(dialog().getByLabelText(/^Password/), "right");
  await user.type(dialog().getByLabelText(/^Code/), "654321");
  await user.click(dialog().getByRole("button", { name: "Remove", hidden: true }));
  expect(await screen.findByRole("button", { name: "Set up a second factor" })).toBeVisible();
  expect(state.sent).toEqual([
    { password: "right", code: "123456" },
    { password: "right", code: "654321" },
  ]);
});

it("lists the sessions and ends another one", async () => {
  account();
  await renderPage(ADDRESS);
  const user = userEvent.setup();
  const table = await screen.findByRole("table", { name: "Sessions" });
  expect(within(table).getByText("This one")).toBeVisible();
  expect(within(table).queryByRole("button", { name: "Sign out Firefox on Linux" })).not.toBeInTheDocument();
  await user.click(within(table).getByRole("button", { name: "Sign out Safari on iPhone" }));
  await waitFor(() => expect(within(table).queryByText("Safari on iPhone")).not.toBeInTheDocument());
  expect(screen.queryByRole("button", { name: "Sign out everywhere else" })).not.toBeInTheDocument();
});

it("changes the password, with a code where there is a second factor", async () => {
  const state = account({ enabled_since: "2026-11-01T08:00:00Z", recovery_codes_left: 9 });
  await renderPage(ADDRESS);
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText(/^Current password/), "wrong");
  await user.type(screen.getByLabelText(/^New password\b(?! again)/), "several words");
  await user.type(screen.getByLabelText(/^New password again/), "several word");
  expect(screen.getByText("The two are not the same.")).toBeVisible();
  const change = screen.getByRole("button", { name: "Change password" });
  await user.type(screen.getByLabelText(/^New password again/), "s");
  expect(change).toBeDisabled();
  await user.type(await screen.findByLabelText(/^Code/), "123456");
  await user.click(change);
  expect(await screen.findByText("It is not your password.")).toBeVisible();
  await user.clear(screen.getByLabelText(/^Current password/));
  await user.type(screen.getByLabelText(/^Current password/), "right");
  await user.click(change);
  await waitFor(() => expect(screen.getByLabelText(/^Current password/)).toHaveValue(""));
  expect(state.sent.at(-1)).toEqual({
    current_password: "right",
    new_password: "several words",
    code: "123456",
  });
});

it("tells what fails, and what is not allowed", async () => {
  account();
  server.use(
    http.get(`${ANY}/me/second-factor`, () => problemResponse(problem("unavailable", { status: 503 }))),
    http.get(`${ANY}/me/sessions`, () =>
      problemResponse(problem("forbidden", { status: 403, required_role: "admin" })),
    ),
  );
  await renderPage(ADDRESS);
  expect(await screen.findByText("The service can't answer right now")).toBeVisible();
  expect(await screen.findByText("Your role does not allow this")).toBeVisible();
});

it("leads who must set one up there, and nowhere else", async () => {
  account({ required: true });
  const limited = sessionOf("viewer");
  limited.user.second_factor_required = true;
  const { address } = await renderPage("/customers", "viewer", limited);
  expect(await screen.findByText("Your workspace requires a second factor")).toBeVisible();
  expect(address()).toBe(ADDRESS);
  expect(screen.queryByRole("link", { name: /Customers/ })).not.toBeInTheDocument();
  expect(screen.queryByRole("heading", { name: "Sessions" })).not.toBeInTheDocument();
});

it("notices when the workspace begins to require one", async () => {
  account({ required: true });
  const limited = sessionOf("owner");
  limited.user.second_factor_required = true;
  server.use(
    http.post(`${ANY}/auth/refresh`, () => HttpResponse.json(limited)),
    http.get(`${ANY}/customers`, () =>
      problemResponse(problem("forbidden", { status: 403, reason: "second_factor_required" })),
    ),
  );
  const { address, router } = await renderPage("/customers");
  await waitFor(() => expect(currentSession()).toMatchObject({ user: { second_factor_required: true } }));
  // As the page does whenever the session changes.
  await router.invalidate();
  expect(await screen.findByText("Your workspace requires a second factor")).toBeVisible();
  expect(address()).toBe(ADDRESS);
});
