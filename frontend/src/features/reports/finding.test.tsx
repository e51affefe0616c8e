import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import type { components } from "@/api/schema";
import { dayField } from "@/lib/day";
import { CUSTOMER_ID, acceptance, finding, gap, importedCustomer, problem, report } from "@/testing/fixtures";
import { renderPage } from "@/testing/renderPage";
import { ANY, problemResponse, server } from "@/testing/server";

const ADDRESS = `/customers/${CUSTOMER_ID}/report`;

function serve(...findings: ReturnType<typeof finding>[]) {
  server.use(
    http.get(`${ANY}/customers/:id`, () => HttpResponse.json(importedCustomer())),
    http.get(`${ANY}/customers/:id/report`, () => HttpResponse.json(report(findings))),
  );
}

async function drawer() {
  return within(await screen.findByRole("dialog", { hidden: true }));
}

it("opens by its address and shows the differences", async () => {
  serve(finding());
  const { address } = await renderPage(ADDRESS);
  await userEvent.click(
    await screen.findByRole("button", { name: "Require MFA for all users protects less" }),
  );
  await waitFor(() => expect(address()).toBe(`${ADDRESS}?finding=f1`));
  const view = await drawer();
  const difference = view.getByRole("row", { name: /Excluded groups/, hidden: true });
  expect(difference).toHaveTextContent("Weaker");
  expect(within(difference).getByLabelText("only live")).toHaveTextContent("+");
  expect(view.getByText("Remove the exclusion.")).toBeInTheDocument();
});

it("tells what is open, for whom, under which conditions, why and what to do", async () => {
  serve(gap());
  await renderPage(`${ADDRESS}?finding=f3`);
  const view = await drawer();
  expect(view.getByText(/^A member of Sales in a browser on Windows signs in/)).toBeInTheDocument();
  expect(view.getByText("12 people exposed")).toBeInTheDocument();
  const regions = view.getByRole("list", { name: "Open regions", hidden: true });
  expect(within(regions).getAllByRole("listitem", { hidden: true })).toHaveLength(2);
  expect(view.getByText("Holds only under conditions")).toBeInTheDocument();
  expect(view.getByText("Some of the memberships named could not be read.")).toBeInTheDocument();
  const miss = view.getByRole("link", { name: "Require MFA (report-only)", hidden: true });
  expect(miss.closest("li")).toHaveTextContent("is report-only, so it enforces nothing.");
  expect(view.getByText("Effort").nextSibling).toHaveTextContent("Low");
  expect(view.getByText("Users notice").nextSibling).toHaveTextContent("Medium");
  const steps = view.getByRole("region", { name: "Why this severity", hidden: true });
  expect(steps).toHaveTextContent("Critical");
  expect(steps).toHaveTextContent("1 lowerFor some groups or users");
  expect(view.getByText("CIS Microsoft 365 7.0.0").nextSibling).toHaveTextContent("5.2.2.2");
});

it("says of what was not decided that it was not, without a share", async () => {
  serve(
    gap({
      kind: "not_decided",
      share: null,
      regions: [],
      witness: null,
      witness_text: null,
      people_exposed: null,
      title: "Not decided: multifactor authentication",
      cause: "The policies split the sign-ins into more pieces than can be told apart in time.",
    }),
  );
  await renderPage(`${ADDRESS}?finding=f3`);
  const view = await drawer();
  expect(view.getByText(/more pieces than can be told apart/)).toBeInTheDocument();
  expect(view.queryByText("of the sign-ins asked about")).not.toBeInTheDocument();
  expect(view.queryByRole("button", { name: "What If", hidden: true })).not.toBeInTheDocument();
});

describe("accepting", () => {
  const field = (name: RegExp) => screen.findByLabelText(name);

  it("asks for reason, owner and time, ninety days by default, and keeps what was typed on failure", async () => {
    serve(gap());
    const sent: components["schemas"]["AcceptanceTerms"][] = [];
    server.use(
      http.put(`${ANY}/customers/:id/findings/:finding/acceptance`, async ({ request, params }) => {
        expect(params.finding).toBe("f3");
        sent.push((await request.json()) as (typeof sent)[number]);
        if (sent.length === 1) return problemResponse(problem("unavailable", { status: 503 }));
        serve(gap({ status: "accepted", acceptance: acceptance() }));
        return HttpResponse.json(gap({ status: "accepted", acceptance: acceptance() }));
      }),
    );
    await renderPage(`${ADDRESS}?finding=f3`, "operator");
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Accept finding", hidden: true }));
    const reason = await field(/^Reason/);
    await user.type(reason, "The MDM comes in March.");
    const go = () =>
      screen
        .getAllByRole("button", { name: "Accept finding", hidden: true })
        .find((each) => each.closest("form"))!;
    expect(go()).toHaveAttribute("aria-disabled", "true");
    await user.type(await field(/^Owner/), "IT lead");
    const inNinetyDays = new Date();
    inNinetyDays.setDate(inNinetyDays.getDate() + 90);
    expect(await field(/^Accepted until/)).toHaveValue(dayField(inNinetyDays.getTime()));
    await user.click(go());
    expect(await screen.findByText("The service can't answer right now")).toBeInTheDocument();
    expect(reason).toHaveValue("The MDM comes in March.");
    await user.click(go());
    expect(await screen.findByText("Accepted until Mar 1, 2099")).toBeInTheDocument();
    expect(sent[1]).toMatchObject({ reason: "The MDM comes in March.", owner: "IT lead" });
    expect(dayField(Date.parse(sent[1]!.expires_at))).toBe(dayField(inNinetyDays.getTime()));
  });

  it("refuses a day out of range before anything is sent, and shows the server's word at its field", async () => {
    serve(gap());
    server.use(
      http.put(`${ANY}/customers/:id/findings/:finding/acceptance`, () =>
        problemResponse(problem("validation_failed", { errors: { owner: "must not be a number" } })),
      ),
    );
    await renderPage(`${ADDRESS}?finding=f3`, "operator");
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Accept finding", hidden: true }));
    await user.type(await field(/^Reason/), "Because.");
    const owner = await field(/^Owner/);
    await user.type(owner, "7");
    const until = await field(/^Accepted until/);
    const day = (until as HTMLInputElement).value;
    await user.clear(until);
    await user.type(until, "2099-01-01");
    expect(until).toHaveAccessibleDescription("From tomorrow to two years ahead.");
    await user.clear(until);
    await user.type(until, day);
    await user.click(
      screen
        .getAllByRole("button", { name: "Accept finding", hidden: true })
        .find((each) => each.closest("form"))!,
    );
    await waitFor(() => expect(owner).toHaveAccessibleDescription(/must not be a number/));
  });

  it("is undone by opening the finding again", async () => {
    serve(gap({ status: "accepted", acceptance: acceptance() }));
    server.use(
      http.delete(`${ANY}/customers/:id/findings/:finding/acceptance`, () => {
        serve(gap());
        return new HttpResponse(null, { status: 204 });
      }),
    );
    await renderPage(`${ADDRESS}?finding=f3`, "operator");
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Open again", hidden: true }));
    expect(await screen.findByText("Open this finding again?")).toBeInTheDocument();
    await user.click(
      screen
        .getAllByRole("button", { name: "Open again", hidden: true })
        .find((each) => each.closest("form"))!,
    );
    expect(await screen.findByRole("button", { name: "Accept finding", hidden: true })).toBeInTheDocument();
  });

  it("is not offered to a viewer, who sees what was said", async () => {
    serve(gap({ acceptance: acceptance({ ended: "facts_changed" }) }));
    await renderPage(`${ADDRESS}?finding=f3`, "viewer");
    const view = await drawer();
    expect(view.getByText(/facts behind it are not those that were accepted/)).toBeInTheDocument();
    expect(view.getByText(/Owner: IT lead of Contoso/)).toBeInTheDocument();
    expect(view.queryByRole("button", { name: /accept/i, hidden: true })).not.toBeInTheDocument();
  });
});

describe("What If", () => {
  const POLICY = { id: "p9", display_name: "Require MFA for everyone", state: "enabled" };

  it("asks about the finding's example and shows the decision policy by policy", async () => {
    serve(gap());
    const asked: components["schemas"]["EvaluationQuestion"][] = [];
    server.use(
      http.post(`${ANY}/customers/:id/evaluate`, async ({ request }) => {
        const question = (await request.json()) as (typeof asked)[number];
        asked.push(question);
        const baseline = question.policies === "comparison_baseline";
        return HttpResponse.json({
          snapshot_id: question.snapshot_id,
          policies: question.policies,
          sign_in: question.sign_in,
          sentence: baseline ? "Access is granted after MFA." : "Access is granted, nothing is asked for.",
          decision: "grant",
          requirements: baseline ? [{ any_of: ["mfa", "compliantDevice"] }] : [],
          session: {},
          applied: baseline ? [{ policy: POLICY }] : [],
          not_applied: baseline ? [] : [{ policy: POLICY, reason: "users", detail: "excludes group Sales" }],
          report_only: [],
        });
      }),
    );
    await renderPage(`${ADDRESS}?finding=f3`, "viewer");
    const view = await drawer();
    const user = userEvent.setup();
    await user.click(view.getByRole("button", { name: "What If", hidden: true }));
    expect(await view.findByText("Access is granted, nothing is asked for.")).toBeInTheDocument();
    expect(view.getByText("excludes group Sales").closest("li")).toHaveTextContent(POLICY.display_name);
    await user.click(view.getByRole("tab", { name: "Comparison baseline", hidden: true }));
    expect(await view.findByText("Access is granted after MFA.")).toBeInTheDocument();
    expect(asked[0]?.sign_in).toEqual(gap().witness);
  });

  it("tells what failed", async () => {
    serve(gap());
    server.use(
      http.post(`${ANY}/customers/:id/evaluate`, () =>
        problemResponse(problem("unavailable", { status: 503 })),
      ),
    );
    await renderPage(`${ADDRESS}?finding=f3`);
    const view = await drawer();
    await userEvent.click(view.getByRole("button", { name: "What If", hidden: true }));
    expect(await view.findByText("The service can't answer right now")).toBeInTheDocument();
  });
});
