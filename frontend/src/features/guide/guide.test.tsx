import { screen } from "@testing-library/react";
import { renderPage } from "@/testing/renderPage";
import { GUIDE, guideLink } from "./pages";

it("holds the pages that problems lead to, without a title twice", () => {
  expect(GUIDE.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["connecting-a-tenant", "app-permissions", "credential-rotation"]),
  );
  for (const { text } of GUIDE) expect(text).not.toMatch(/^# /m);
});

it("turns the documentation's links into its own", () => {
  expect(guideLink("app-permissions.md")).toBe("/guide/app-permissions");
  expect(guideLink("./credential-rotation.md#when")).toBe("/guide/credential-rotation#when");
  expect(guideLink("running.md")).toBeUndefined();
  expect(guideLink("https://entra.microsoft.com")).toBeUndefined();
});

it("shows a page and says when there is none", async () => {
  const first = await renderPage("/guide/connecting-a-tenant", "viewer");
  expect(await screen.findByRole("heading", { level: 1, name: /Connecting/ })).toBeVisible();
  expect(screen.getAllByText(/Privileged Role Administrator/)[0]).toBeVisible();
  first.unmount();
  await renderPage("/guide/nothing", "viewer");
  expect(await screen.findByText("The guide has no such page")).toBeVisible();
});
