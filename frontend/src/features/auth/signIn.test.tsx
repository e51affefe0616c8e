import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import type { components } from "@/api/schema";
import { forgetSession } from "@/api/session";
import { problem, sessionOf } from "@/testing/fixtures";
import { renderPage } from "@/testing/renderPage";
import { ANY, problemResponse, server } from "@/testing/server";

type LoginIn = components["schemas"]["LoginIn"];

/** A server on which this person has a second factor. */
function withFactor(sent: LoginIn[]) {
  const refused = problemResponse.bind(undefined, problem("unauthenticated", { status: 401 }));
  server.use(
    http.post(`${ANY}/auth/login`, async ({ request }) => {
      const body = (await request.json()) as LoginIn;
      sent.push(body);
      if (body.password !== "right") return refused();
      if (!body.code)
        return problemResponse(problem("unauthenticated", { status: 401, reason: "second_factor_required" }));
      return body.code === "123456" ? HttpResponse.json(sessionOf("owner")) : refused();
    }),
    http.post(`${ANY}/auth/refresh`, () => refused()),
  );
}

it("asks for the code once the password is right", async () => {
  const sent: LoginIn[] = [];
  const { router, address } = await renderPage("/customers");
  withFactor(sent);
  forgetSession();
  await router.invalidate();
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText(/^Email/), "robin@msp.example");
  await user.type(screen.getByLabelText(/^Password/), "wrong");
  const go = () => user.click(screen.getByRole("button", { name: "Sign in" }));
  await go();
  expect(await screen.findByText("The email address or the password is wrong.")).toBeVisible();
  await user.clear(screen.getByLabelText(/^Password/));
  await user.type(screen.getByLabelText(/^Password/), "right");
  await go();
  const code = await screen.findByLabelText(/^Code/);
  expect(code).toHaveFocus();
  expect(code).toHaveAttribute("autocomplete", "one-time-code");
  expect(screen.queryByLabelText(/^Password/)).not.toBeInTheDocument();
  expect(screen.getByText(/Signing in as robin@msp\.example/)).toBeVisible();
  await user.type(code, "000000");
  await go();
  expect(await screen.findByText("The code is wrong, or was used already.")).toBeVisible();
  // Back to the beginning: nothing of the password stays.
  await user.click(screen.getByRole("button", { name: "Back" }));
  expect(screen.getByLabelText(/^Password/)).toHaveValue("");
  await user.type(screen.getByLabelText(/^Password/), "right");
  await go();
  await user.type(await screen.findByLabelText(/^Code/), " 123456");
  await go();
  await waitFor(() => expect(address()).toBe("/customers"));
  expect(sent.at(-1)).toEqual({ email: "robin@msp.example", password: "right", code: "123456" });
});

it("asks for it as well where a session has ended", async () => {
  const sent: LoginIn[] = [];
  await renderPage("/customers");
  expect(await screen.findByRole("heading", { name: "Customers" })).toBeVisible();
  withFactor(sent);
  server.use(http.get(`${ANY}/me/sessions`, () => new HttpResponse(null, { status: 401 })));
  const { refreshSession } = await import("@/api/session");
  await refreshSession();
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText(/^Password/), "right");
  await user.click(screen.getByRole("button", { name: "Sign in again", hidden: true }));
  await user.type(await screen.findByLabelText(/^Code/), "123456");
  await user.click(screen.getByRole("button", { name: "Sign in again", hidden: true }));
  await waitFor(() => expect(screen.queryByText("Your session has ended")).not.toBeInTheDocument());
  expect(sent.map(({ code }) => code)).toEqual([undefined, "123456"]);
});
