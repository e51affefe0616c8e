import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { CUSTOMER_ID, finding, importedCustomer, report } from "@/testing/fixtures";
import { renderPage } from "@/testing/renderPage";
import { ANY, server } from "@/testing/server";
import { filterFindings, parseReportSearch } from "./search";
import { shareText, valueLines } from "./words";

const ADDRESS = `/customers/${CUSTOMER_ID}/report`;
const LOW = finding({
  id: "f2",
  severity: "low",
  kind: "extra",
  title: "An extra policy",
  diff: [],
  frameworks: [],
});

function serve(body: ReturnType<typeof report>) {
  server.use(
    http.get(`${ANY}/customers/:id`, () => HttpResponse.json(importedCustomer())),
    http.get(`${ANY}/customers/:id/report`, () => HttpResponse.json(body)),
  );
}

it("lists the findings in the server's order and opens one by its address", async () => {
  serve(report([finding(), LOW]));
  const { address } = await renderPage(ADDRESS);
  const rows = await screen.findAllByRole("row");
  expect(rows[1]).toHaveTextContent("Require MFA for all users protects less");
  expect(rows[2]).toHaveTextContent("An extra policy");
  await userEvent.click(screen.getByRole("button", { name: "Require MFA for all users protects less" }));
  await waitFor(() => expect(address()).toBe(`${ADDRESS}?finding=f1`));
  const drawer = within(await screen.findByRole("dialog", { hidden: true }));
  const difference = drawer.getByRole("row", { name: /Excluded groups/, hidden: true });
  expect(difference).toHaveTextContent("Weaker");
  expect(within(difference).getByLabelText("only live")).toHaveTextContent("+");
  expect(drawer.getByText("Remove the exclusion.")).toBeInTheDocument();
});

it("filters by the address", async () => {
  serve(report([finding(), LOW]));
  await renderPage(`${ADDRESS}?severity=low`);
  expect(await screen.findByText("1 of 2 findings")).toBeVisible();
  expect(screen.queryByText("Require MFA for all users protects less")).not.toBeInTheDocument();
  await userEvent.click(screen.getByRole("button", { name: "Clear filters" }));
  expect(await screen.findByText("2 findings")).toBeVisible();
});

it("says why a report against the imported snapshot is empty", async () => {
  serve(report([], { notice: "The imported snapshot is the baseline: nothing can differ yet." }));
  await renderPage(ADDRESS);
  expect(await screen.findByText("The live policies are the baseline")).toBeVisible();
  expect(screen.getByText(/nothing can differ yet/)).toBeVisible();
});

it("exports with the filters of the screen, and only for those who may", async () => {
  serve(report([finding()]));
  const asked: { accept: string | null; query: string }[] = [];
  server.use(
    http.get(`${ANY}/customers/:id/report`, ({ request }) => {
      const accept = request.headers.get("Accept");
      if (accept !== "text/csv") return HttpResponse.json(report([finding()]));
      asked.push({ accept, query: new URL(request.url).search });
      return new HttpResponse("severity,title", { headers: { "Content-Type": "text/csv" } });
    }),
  );
  URL.createObjectURL = () => "blob:report";
  URL.revokeObjectURL = () => undefined;
  const saved = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
  const first = await renderPage(`${ADDRESS}?severity=high`, "operator");
  await userEvent.click(await screen.findByRole("button", { name: "Export" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "CSV" }));
  await waitFor(() => expect(asked).toEqual([{ accept: "text/csv", query: "?severity=high" }]));
  await waitFor(() => expect(saved).toHaveBeenCalled());
  first.unmount();
  await renderPage(ADDRESS, "viewer");
  expect(await screen.findByText("1 finding")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Export" })).not.toBeInTheDocument();
  saved.mockRestore();
});

it("ignores what it does not know in the address", () => {
  expect(parseReportSearch({ severity: "high,odd,low", kind: 3, source: "elsewhere" })).toEqual({
    severity: "high,low",
  });
});

it("narrows by every filter at once", () => {
  const findings = [finding(), LOW];
  expect(filterFindings(findings, { kind: "changed,extra", framework: "CIS 5.2.2.1" })).toEqual([
    findings[0],
  ]);
  expect(filterFindings(findings, {})).toHaveLength(2);
});

it("puts any value into lines", () => {
  expect(valueLines(["a", null, true, 3])).toEqual(["a", "Yes", "3"]);
  expect(valueLines(null)).toEqual([]);
  expect([shareText(0), shareText(0.001), shareText(0.256)]).toEqual(["0 %", "below 1 %", "26 %"]);
});
