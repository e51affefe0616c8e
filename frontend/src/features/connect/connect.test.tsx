import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { CLIENT_ID, CUSTOMER_ID, connectedCustomer, connection, customer, problem } from "@/testing/fixtures";
import { renderPage } from "@/testing/renderPage";
import { ANY, problemResponse, server } from "@/testing/server";
import { checkClientId, checkClientSecret, placeErrors } from "./placeErrors";

const ADDRESS = `/customers/${CUSTOMER_ID}/connection`;

beforeEach(() => {
  server.use(
    http.get(`${ANY}/customers/:id`, () => HttpResponse.json(customer())),
    http.get(`${ANY}/customers/:id/connect`, () => HttpResponse.json(connection())),
  );
});

async function fill(secret: string) {
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText(/Application \(client\) ID/), CLIENT_ID);
  await user.type(screen.getByLabelText(/Client secret value/), secret);
  return user;
}

function refuse(body: ReturnType<typeof problem>) {
  server.use(http.put(`${ANY}/customers/:id/connect`, () => problemResponse(body)));
}

describe("the form", () => {
  it("catches the secret's id while it is typed and sends nothing", async () => {
    await renderPage(ADDRESS);
    await fill("3f2504e0-4f89-11d3-9a0c-0305e82c3301");
    expect(await screen.findByText(/looks like the secret's id; paste its value/)).toBeVisible();
    expect(screen.getByRole("button", { name: "Save & continue" })).toHaveAttribute("aria-disabled", "true");
  });

  it("shows a wrong secret at its field, and keeps all but the secret", async () => {
    refuse(problem("graph_token_failed", { reason: "invalid_secret", remedy: "Paste the secret's Value." }));
    await renderPage(ADDRESS);
    const user = await fill("wrong~secret");
    await user.click(screen.getByRole("button", { name: "Save & continue" }));
    const secret = screen.getByLabelText(/Client secret value/);
    await waitFor(() => expect(secret).toHaveAccessibleDescription(/refused this client secret/));
    expect(secret).toHaveValue("");
    expect(screen.getByLabelText(/Application \(client\) ID/)).toHaveValue(CLIENT_ID);
  });

  it("unfolds the tenant only when it could not be detected", async () => {
    refuse(problem("tenant_not_detected", { remedy: "Enter the tenant." }));
    await renderPage(ADDRESS);
    const user = await fill("right~secret");
    expect(screen.queryByLabelText(/Directory \(tenant\) ID or domain/)).not.toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Save & continue" }));
    const tenant = await screen.findByLabelText(/Directory \(tenant\) ID or domain/);
    expect(tenant).toHaveAccessibleDescription(/could not be detected/);
    // That is where one goes on, and nothing was wrong with the secret.
    await waitFor(() => expect(tenant).toHaveFocus());
    expect(screen.getByLabelText(/Client secret value/)).toHaveValue("right~secret");
  });

  it("names the missing permissions and tries again with the same credentials", async () => {
    const bodies: unknown[] = [];
    server.use(
      http.put(`${ANY}/customers/:id/connect`, async ({ request }) => {
        bodies.push(await request.json());
        if (bodies.length > 1) return HttpResponse.json(connection({ connected: true }));
        return problemResponse(
          problem("graph_token_failed", {
            reason: "admin_consent_missing",
            missing_permissions: ["Policy.Read.All", "Directory.Read.All"],
          }),
        );
      }),
    );
    const { address } = await renderPage(ADDRESS);
    const user = await fill("right~secret");
    await user.click(screen.getByRole("button", { name: "Save & continue" }));
    expect(await screen.findByText(/Policy.Read.All and Directory.Read.All/)).toBeVisible();
    server.use(http.get(`${ANY}/customers/:id`, () => HttpResponse.json(connectedCustomer())));
    await user.click(screen.getByRole("button", { name: "Try again now" }));
    await waitFor(() => expect(address()).toBe(`/customers/${CUSTOMER_ID}/import`));
    expect(bodies[1]).toEqual({ client_id: CLIENT_ID, client_secret: "right~secret" });
  });

  it("leads to the customer that has the tenant already", async () => {
    refuse(
      problem("tenant_already_connected", { status: 409, customer_id: "other", customer_name: "Fabrikam" }),
    );
    await renderPage(ADDRESS);
    const user = await fill("right~secret");
    await user.click(screen.getByRole("button", { name: "Save & continue" }));
    expect(await screen.findByRole("link", { name: "Open Fabrikam" })).toHaveAttribute(
      "href",
      "/customers/other",
    );
  });
});

it("shows a viewer the procedure, but no form", async () => {
  await renderPage(ADDRESS, "viewer");
  expect(await screen.findByText(/needs the role Admin/)).toBeVisible();
  expect(screen.queryByRole("button", { name: "Save & continue" })).not.toBeInTheDocument();
});

it("shows what is granted, missing and surplus once connected", async () => {
  const [first, second] = connection().permissions;
  server.use(
    http.get(`${ANY}/customers/:id`, () => HttpResponse.json(connectedCustomer())),
    http.get(`${ANY}/customers/:id/connect`, () =>
      HttpResponse.json(
        connection({
          connected: true,
          client_id: CLIENT_ID,
          tenant: connectedCustomer().tenant ?? null,
          permissions: [
            { ...first!, granted: true },
            { ...second!, granted: false },
          ],
          surplus_permissions: ["Mail.Read"],
        }),
      ),
    ),
  );
  await renderPage(ADDRESS);
  const panel = within(await screen.findByRole("region", { name: "Permissions" }));
  expect(panel.getByText("Granted")).toBeVisible();
  expect(panel.getByText("Not granted")).toBeVisible();
  expect(panel.getByText("Mail.Read")).toBeVisible();
  expect(screen.getByRole("button", { name: "Rotate secret" })).toBeEnabled();
});

describe("placing errors", () => {
  it("puts each at the field that can mend it", () => {
    const at = (reason: string) => Object.keys(placeErrors(problem("graph_token_failed", { reason })).fields);
    expect(at("app_not_found")).toEqual(["client_id"]);
    expect(at("expired_secret")).toEqual(["client_secret"]);
    expect(at("tenant_not_found")).toEqual(["tenant_hint"]);
    expect(at("blocked_by_policy")).toEqual([]);
    expect(Object.keys(placeErrors(problem("tenant_hint_invalid")).fields)).toEqual(["tenant_hint"]);
  });

  it("shows validation of the fields there, and of anything else above the button", () => {
    const known = placeErrors(problem("validation_failed", { errors: { client_id: "must be a GUID" } }));
    expect(known).toEqual({ fields: { client_id: "must be a GUID" } });
    const other = placeErrors(problem("validation_failed", { errors: { body: "is not JSON" } }));
    expect(other.general).toBeDefined();
  });

  it("says nothing about fields that are still empty", () => {
    expect([checkClientId(""), checkClientSecret(""), checkClientSecret("Zk8Q~x.value")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(checkClientId("not-a-guid")).toMatch(/looks like/);
  });
});
