import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { CUSTOMER_ID, connectedCustomer, customer, importedCustomer, problem } from "@/testing/fixtures";
import { renderPage } from "@/testing/renderPage";
import { ANY, problemResponse, server } from "@/testing/server";
import { parseCustomerSearch } from "./search";

function serve(...items: ReturnType<typeof customer>[]) {
  const asked: URLSearchParams[] = [];
  server.use(
    http.get(`${ANY}/customers`, ({ request }) => {
      asked.push(new URL(request.url).searchParams);
      const listed = items.map((each) => ({ ...each, trend: each.status === "imported" ? [6, 4, 3] : [] }));
      return HttpResponse.json({ items: listed, next_cursor: null });
    }),
    http.get(`${ANY}/customers/:id`, ({ params }) => {
      const found = items.find(({ id }) => id === params.id);
      return found ? HttpResponse.json(found) : problemResponse(problem("not_found", { status: 404 }));
    }),
  );
  return asked;
}

describe("the dashboard", () => {
  it("asks for the worst first and shows bars with their numbers", async () => {
    const asked = serve(importedCustomer());
    await renderPage("/");
    const row = within(await screen.findByRole("row", { name: /Contoso/ }));
    expect(row.getByRole("img", { name: "Findings: 1 critical, 2 high, 3 low" })).toBeVisible();
    expect(row.getByRole("img", { name: "Policies: 7 on, 2 report-only, 1 off" })).toBeVisible();
    expect(row.getByText("Critical and high findings: 3 fewer")).toBeInTheDocument();
    expect(row.getByText("Entra ID P1, Intune")).toBeVisible();
    expect(asked[0]?.get("sort")).toBe("-severity");
  });

  it.each([
    [customer(), "connection"],
    [connectedCustomer(), "import"],
    [importedCustomer(), "summary"],
  ])("leads to the customer's next step", async (each, step) => {
    serve(each);
    await renderPage("/");
    const link = await screen.findByRole("link", { name: "Contoso Ltd." });
    expect(link).toHaveAttribute("href", `/customers/${CUSTOMER_ID}/${step}`);
  });

  it("keeps sort and search in the address", async () => {
    const asked = serve(importedCustomer());
    const { address } = await renderPage("/");
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Customer" }));
    await waitFor(() => expect(address()).toBe("/?sort=name"));
    await user.keyboard("/");
    await user.keyboard("conto");
    await waitFor(() => expect(address()).toContain("search=conto"));
    await waitFor(() => expect(asked.at(-1)?.get("search")).toBe("conto"));
  });

  it("says what to do when there is nothing yet, and hides it from a viewer", async () => {
    serve();
    const first = await renderPage("/");
    expect(await screen.findByText("No customers yet")).toBeVisible();
    expect(screen.getAllByRole("button", { name: "Add customer" })).not.toHaveLength(0);
    first.unmount();
    await renderPage("/", "viewer");
    expect(await screen.findByText("No customers yet")).toBeVisible();
    expect(screen.queryByRole("button", { name: "Add customer" })).not.toBeInTheDocument();
  });

  it("tells what failed and tries again", async () => {
    server.use(http.get(`${ANY}/customers`, () => problemResponse(problem("unavailable", { status: 503 }))));
    await renderPage("/?sort=name");
    expect(await screen.findByText("The service can't answer right now")).toBeVisible();
    serve(importedCustomer());
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("link", { name: "Contoso Ltd." })).toBeVisible();
  });
});

it("adds a customer and goes on to connect it", async () => {
  serve(customer());
  const bodies: unknown[] = [];
  server.use(
    http.post(`${ANY}/customers`, async ({ request }) => {
      bodies.push(await request.json());
      return bodies.length === 1
        ? problemResponse(problem("conflict", { status: 409, detail: "There is a customer of this name." }))
        : HttpResponse.json(customer(), { status: 201 });
    }),
  );
  const { address } = await renderPage("/customers?add=true");
  const user = userEvent.setup();
  const name = await screen.findByLabelText(/Display name/);
  await user.type(name, " Contoso ");
  const go = screen.getByRole("button", { name: "Continue to connect", hidden: true });
  await user.click(go);
  await waitFor(() => expect(name).toHaveAccessibleDescription(/There is a customer of this name/));
  await user.type(name, "Ltd.");
  await user.click(go);
  await waitFor(() => expect(address()).toBe(`/customers/${CUSTOMER_ID}/connection`));
  expect(bodies[1]).toEqual({ display_name: "Contoso Ltd.", cloud: "global" });
});

describe("a customer's navigation", () => {
  it.each([
    [customer(), ["Graph connection", "Customer settings"]],
    [connectedCustomer(), ["Graph connection", "Import & baseline", "Customer settings"]],
    [
      importedCustomer(),
      [
        "Summary",
        "Report",
        "Coverage",
        "Policies",
        "Snapshots",
        "Graph connection",
        "Import & baseline",
        "Customer settings",
      ],
    ],
  ])("follows its state", async (each, labels) => {
    serve(each);
    await renderPage(`/customers/${CUSTOMER_ID}/settings`);
    const nav = within(await screen.findByRole("navigation", { name: "Contoso Ltd." }));
    expect(nav.getAllByRole("link").map((link) => link.textContent?.trim())).toEqual(labels);
  });

  it("does not open what is not there yet, and says what comes first", async () => {
    serve(customer());
    await renderPage(`/customers/${CUSTOMER_ID}/report`);
    expect(await screen.findByText("This tenant is not connected yet")).toBeVisible();
  });

  it("sends the bare address to the next step", async () => {
    serve(connectedCustomer());
    const { address } = await renderPage(`/customers/${CUSTOMER_ID}`);
    await waitFor(() => expect(address()).toBe(`/customers/${CUSTOMER_ID}/import`));
  });

  it("says so when there is no such customer", async () => {
    serve();
    await renderPage(`/customers/${CUSTOMER_ID}/settings`);
    expect(await screen.findByText("It is not there")).toBeVisible();
  });
});

it("deletes only after the name was typed", async () => {
  serve(customer({ version: 4 }));
  const tags: (string | null)[] = [];
  server.use(
    http.delete(`${ANY}/customers/:id`, ({ request }) => {
      tags.push(request.headers.get("If-Match"));
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { address } = await renderPage(`/customers/${CUSTOMER_ID}/settings`);
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Delete customer" }));
  const box = await screen.findByLabelText(/Type Contoso Ltd. to confirm/);
  const confirm = () =>
    screen
      .getAllByRole("button", { name: "Delete customer", hidden: true })
      .find((each) => each.closest("form"))!;
  await user.type(box, "Contoso");
  expect(confirm()).toHaveAttribute("aria-disabled", "true");
  await user.type(box, " Ltd.");
  await user.click(confirm());
  await waitFor(() => expect(address()).toBe("/customers"));
  expect(tags).toEqual(['"4"']);
});

it("reads only what it knows from the address", () => {
  expect(parseCustomerSearch({ search: 365, status: "gone", sort: "-severity", add: "true" })).toEqual({
    search: "365",
    sort: "-severity",
    add: true,
  });
});
