import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import type { components } from "@/api/schema";
import { exactTime } from "@/lib/time";
import { renderPage } from "@/testing/renderPage";
import { ANY, server } from "@/testing/server";

const ENTRY: components["schemas"]["AuditOut"] = {
  seq: 7,
  at: "2026-11-20T08:00:00Z",
  actor_kind: "user",
  actor_id: "u1",
  actor_name: "Robin Example",
  action: "customer.create",
  subject_kind: "customer",
  subject_id: "c1",
  details: {},
  ip: "192.0.2.7",
  request_id: "r1",
};

it("looks for entries by words and by day, as the address says, and exports what is shown", async () => {
  const asked: string[] = [];
  const exported: string[] = [];
  server.use(
    http.get(`${ANY}/audit`, ({ request }) => {
      const { searchParams } = new URL(request.url);
      asked.push(searchParams.get("search") ?? "");
      const items = searchParams.get("search") === "nobody" ? [] : [ENTRY];
      return HttpResponse.json({ items, next_cursor: null });
    }),
    http.get(`${ANY}/audit/export`, ({ request }) => {
      exported.push(new URL(request.url).search);
      return new HttpResponse("number\r\n");
    }),
  );
  URL.createObjectURL = () => "blob:x";
  URL.revokeObjectURL = () => undefined;
  const { address } = await renderPage("/settings/audit-log?since=2026-11-01");
  const user = userEvent.setup();
  expect(await screen.findByText("customer.create")).toBeVisible();
  expect(screen.getByLabelText("Since")).toHaveValue("2026-11-01");
  await user.type(screen.getByRole("searchbox", { name: "Search the log" }), "robin");
  await waitFor(() => expect(address()).toContain("search=robin"));
  await user.click(screen.getByRole("button", { name: "Export" }));
  await waitFor(() => expect(exported).toHaveLength(1));
  expect(exported[0]).toMatch(/^\?search=robin&since=2026-/);
  await user.clear(screen.getByRole("searchbox", { name: "Search the log" }));
  await user.type(screen.getByRole("searchbox", { name: "Search the log" }), "nobody");
  expect(await screen.findByText("No entry matches")).toBeVisible();
  expect(asked).toContain("robin");
});

it("tells the details of an entry in words", async () => {
  const details = {
    role: "admin",
    kinds: ["user", "group"],
    before: { name: "Old", gone: null },
    renamed: true,
    expires_at: "2027-05-14T12:19:46Z",
  };
  server.use(
    http.get(`${ANY}/audit`, () => HttpResponse.json({ items: [{ ...ENTRY, details }], next_cursor: null })),
  );
  await renderPage("/settings/audit-log");
  expect(
    await screen.findByText(
      `role: admin, kinds: user; group, before: name: Old, renamed: yes, expires at: ${exactTime(Date.UTC(2027, 4, 14, 12, 19, 46))}`,
    ),
  ).toBeVisible();
});
