import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import * as printing from "@/lib/print";
import {
  CUSTOMER_ID,
  acceptance,
  check,
  finding,
  gap,
  importedCustomer,
  problem,
  report,
} from "@/testing/fixtures";
import { renderPage } from "@/testing/renderPage";
import { ANY, problemResponse, server } from "@/testing/server";

const ADDRESS = `/customers/${CUSTOMER_ID}/report`;
const LOW = finding({
  id: "f2",
  severity: "low",
  kind: "extra",
  title: "An extra policy",
  diff: [],
  frameworks: [],
});
const ACCEPTED = finding({
  id: "f4",
  title: "An accepted gap",
  status: "accepted",
  acceptance: acceptance(),
});

function serve(body: ReturnType<typeof report>) {
  server.use(
    http.get(`${ANY}/customers/:id`, () => HttpResponse.json(importedCustomer())),
    http.get(`${ANY}/customers/:id/report`, () => HttpResponse.json(body)),
  );
}

describe("the findings", () => {
  it("are listed in the server's order with what each row compares", async () => {
    serve(report([gap(), LOW]));
    await renderPage(ADDRESS);
    const table = within(await screen.findByRole("table", { name: "Findings" }));
    const [, first, second] = table.getAllByRole("row");
    expect(first).toHaveTextContent("Open in part: multifactor authentication");
    expect(first).toHaveTextContent("members of Sales · everything except Office 365, and 1 more region");
    expect(first).toHaveTextContent("Medium");
    expect(first).toHaveTextContent("8 %");
    expect(first).toHaveTextContent("Comparison baseline");
    expect(first).toHaveTextContent("CIS 5.2.2.2, MS.AAD.3.2v2");
    expect(first).toHaveTextContent("Not licensed: Microsoft Entra ID P2");
    expect(second).toHaveTextContent("An extra policy");
  });

  it("show the accepted ones apart, with who answers and until when", async () => {
    serve(report([gap(), ACCEPTED]));
    await renderPage(ADDRESS);
    const open = within(await screen.findByRole("table", { name: "Findings" }));
    expect(open.queryByText("An accepted gap")).not.toBeInTheDocument();
    const row = within(screen.getByRole("table", { name: "Accepted findings" })).getAllByRole("row")[1];
    expect(row).toHaveTextContent("Replaced by the new MDM in March.");
    expect(row).toHaveTextContent("IT lead of Contoso");
    expect(row).toHaveTextContent("Mar 1, 2099");
    expect(screen.getByRole("link", { name: "1 finding accepted" })).toHaveAttribute(
      "href",
      `${ADDRESS}?status=accepted`,
    );
  });

  it("say which acceptances have ended", async () => {
    serve(
      report([
        gap({ acceptance: acceptance({ ended: "expired" }) }),
        { ...LOW, acceptance: acceptance({ ended: "facts_changed" }) },
      ]),
    );
    await renderPage(ADDRESS);
    expect(await screen.findByText("Open again: acceptance expired")).toBeVisible();
    expect(screen.getByText("Open again: facts changed")).toBeVisible();
  });

  it("are filtered by the address, and cleared at once", async () => {
    serve(report([gap(), LOW, ACCEPTED]));
    const { address } = await renderPage(`${ADDRESS}?severity=low,medium&framework=CISA+SCuBA`);
    expect(await screen.findByText("1 of 3 findings")).toBeVisible();
    expect(screen.queryByText("An extra policy")).not.toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Clear filters" }));
    expect(await screen.findByText("3 findings")).toBeVisible();
    expect(address()).toBe(ADDRESS);
    await userEvent.type(screen.getByRole("searchbox", { name: "Search findings" }), "sales exchange");
    expect(await screen.findByText("1 of 3 findings")).toBeVisible();
    await waitFor(() => expect(address()).toContain("search=sales"));
  });

  it("say so when nothing matches", async () => {
    serve(report([gap()]));
    await renderPage(`${ADDRESS}?search=nothing+like+this`);
    expect(await screen.findByText("No finding matches")).toBeVisible();
  });
});

describe("a report with nothing to close", () => {
  it("says why one against the imported snapshot is empty", async () => {
    serve(report([], { notice: "The imported snapshot is the baseline: nothing can differ yet." }));
    await renderPage(ADDRESS);
    expect(await screen.findByText("The live policies are the baseline")).toBeVisible();
    expect(screen.getByText(/nothing can differ yet/)).toBeVisible();
  });

  it("says plainly that no gap is open", async () => {
    serve(report([{ ...LOW, severity: "info" }], { checks: [check({ status: "not_assessable" })] }));
    await renderPage(ADDRESS);
    expect(await screen.findByText("No gap is open")).toBeVisible();
    expect(screen.getByText(/1 reference check could not be assessed, which is no pass/)).toBeVisible();
    expect(screen.getByRole("table", { name: "Findings" })).toBeVisible();
  });

  it("tells what was taken for granted, and where to say otherwise", async () => {
    serve(
      report([gap()], {
        notice: "Taken for granted, and to be confirmed: CA-BreakGlass.",
        comparison_baseline: {
          kind: "workspace_baseline",
          baseline_id: "0193a5a0-0000-7000-8000-000000000900",
        },
      }),
    );
    await renderPage(ADDRESS);
    expect(await screen.findByText(/Taken for granted/)).toBeVisible();
    expect(screen.getByRole("link", { name: "Look at the bindings" })).toHaveAttribute(
      "href",
      `/customers/${CUSTOMER_ID}/settings/bindings`,
    );
  });

  it("never takes a tenant without policies for a safe one", async () => {
    serve(report([gap()], { zero_policies: "security_defaults_on" }));
    await renderPage(ADDRESS);
    expect(await screen.findByText("Security defaults are on instead of Conditional Access")).toBeVisible();
    expect(screen.queryByText("No gap is open")).not.toBeInTheDocument();
  });
});

describe("the reference checks", () => {
  const CHECKS = [
    check(),
    check({
      id: "mfa-all-users",
      title: "Multifactor authentication for all users",
      status: "not_met",
      detail: "Guests are open.",
      finding_id: "f3",
    }),
    check({
      id: "user-risk-high-blocked",
      title: "High-risk users are blocked",
      status: "not_assessable",
      detail: "The tenant has no Entra ID P2.",
      frameworks: [],
    }),
  ];

  it("are summed up, with the way to each result", async () => {
    serve(report([gap()], { checks: CHECKS }));
    const { address } = await renderPage(ADDRESS);
    expect(
      await screen.findByRole("img", { name: "Reference checks: 1 met, 1 not met, 1 not assessable" }),
    ).toBeVisible();
    await userEvent.click(screen.getByRole("link", { name: "1 not assessable" }));
    await waitFor(() => expect(address()).toBe(`${ADDRESS}?view=checks&result=not_assessable`));
    expect(await screen.findByText("The tenant has no Entra ID P2.")).toBeVisible();
    expect(screen.queryByText("Guests are open.")).not.toBeInTheDocument();
  });

  it("are all listed with result and reason, and lead to their findings", async () => {
    serve(report([gap()], { checks: CHECKS }));
    const { address } = await renderPage(ADDRESS);
    await userEvent.click(await screen.findByRole("tab", { name: "Reference checks (3)" }));
    const rows = within(await screen.findByRole("table", { name: "Reference checks" })).getAllByRole("row");
    expect(rows[1]).toHaveTextContent("blocks it everywhere");
    expect(rows[2]).toHaveTextContent("Not met");
    await userEvent.click(screen.getByRole("button", { name: "Multifactor authentication for all users" }));
    await waitFor(() => expect(address()).toBe(`${ADDRESS}?view=checks&finding=f3`));
  });

  it("are missed in an old report, and said to be", async () => {
    serve(report([gap()]));
    await renderPage(`${ADDRESS}?view=checks`);
    expect(await screen.findByText("This report has no reference checks")).toBeVisible();
  });
});

describe("exports", () => {
  const asked: { accept: string | null; query: string }[] = [];
  const DOCUMENTS: Record<string, string> = {
    "text/csv": "severity,title",
    "text/html": "<!doctype html><title>Report</title>",
    "application/sarif+json": "{}",
  };

  beforeEach(() => {
    asked.length = 0;
    server.use(
      http.get(`${ANY}/customers/:id`, () => HttpResponse.json(importedCustomer())),
      http.get(`${ANY}/customers/:id/report`, ({ request }) => {
        const accept = request.headers.get("Accept") ?? "";
        const document = DOCUMENTS[accept];
        if (document === undefined) return HttpResponse.json(report([finding()]));
        asked.push({ accept, query: new URL(request.url).search });
        return new HttpResponse(document, { headers: { "Content-Type": accept } });
      }),
    );
    URL.createObjectURL = () => "blob:report";
    URL.revokeObjectURL = () => undefined;
  });

  async function choose(item: string) {
    await userEvent.click(await screen.findByRole("button", { name: "Export" }));
    await userEvent.click(await screen.findByRole("menuitem", { name: item }));
  }

  it.each([
    ["CSV", "text/csv"],
    ["SARIF", "application/sarif+json"],
  ])("go out as %s with the filters of the screen", async (item, accept) => {
    const saved = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
    await renderPage(`${ADDRESS}?severity=high&status=open`, "operator");
    await choose(item);
    await waitFor(() => expect(asked).toEqual([{ accept, query: "?severity=high&status=open" }]));
    await waitFor(() => expect(saved).toHaveBeenCalled());
    saved.mockRestore();
  });

  it("print the document that can be handed over, not the screen", async () => {
    const print = vi.spyOn(printing, "printDocument").mockImplementation(() => undefined);
    await renderPage(ADDRESS, "operator");
    await choose("Print");
    await waitFor(() => expect(print).toHaveBeenCalledWith(DOCUMENTS["text/html"], "Contoso Ltd. report"));
    print.mockRestore();
  });

  it("tell what failed", async () => {
    await renderPage(ADDRESS, "operator");
    await screen.findByRole("button", { name: "Export" });
    await screen.findByText("1 finding");
    server.use(
      http.get(`${ANY}/customers/:id/report`, () => problemResponse(problem("internal", { status: 500 }))),
    );
    await choose("JSON");
    expect(await screen.findByText("Something went wrong on our side")).toBeVisible();
  });

  it("are not offered to a viewer", async () => {
    await renderPage(ADDRESS, "viewer");
    expect(await screen.findByText("1 finding")).toBeVisible();
    expect(screen.queryByRole("button", { name: "Export" })).not.toBeInTheDocument();
  });
});
