import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { renderPage } from "@/testing/renderPage";
import { GUIDE, guideLink } from "./pages";
import { excerpt, marked, searchGuide } from "./search";
import { sectionsOf } from "./sections";

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

it("cuts pages at their headings, without Markdown and with GitHub's anchors", () => {
  const text =
    "Before *it*.\n\n## A `first` one\n\n| a | b |\n| - | - |\n| c | d |\n\n## Empty\n\n## A first one\n\n```sh\n# no heading\n```\n";
  expect(sectionsOf([{ name: "p", title: "P", text }])).toEqual([
    { id: "p", page: "p", pageTitle: "P", heading: "P", anchor: undefined, text: "Before it." },
    {
      id: "p#a-first-one",
      page: "p",
      pageTitle: "P",
      heading: "A first one",
      anchor: "a-first-one",
      text: "a b c d",
    },
    {
      id: "p#a-first-one-1",
      page: "p",
      pageTitle: "P",
      heading: "A first one",
      anchor: "a-first-one-1",
      text: "# no heading",
    },
  ]);
});

it("finds beginnings of words and small mistakes, wants all words, and puts headings first", () => {
  const first = searchGuide("consent")[0];
  expect(`${first?.section.heading} ${first?.section.pageTitle}`).toMatch(/consent|permission|connect/i);
  expect(searchGuide("privileg administr").length).toBeGreaterThan(0);
  expect(searchGuide("privilegde").length).toBeGreaterThan(0);
  expect(searchGuide("consent zzqx")).toEqual([]);
  expect(searchGuide("")).toEqual([]);
});

it("marks whole words whatever their case, and cuts around the first of them", () => {
  expect(marked("Grant consent; CONSENTED (consent)", ["consent"])).toEqual([
    { text: "Grant ", hit: false },
    { text: "consent", hit: true },
    { text: "; CONSENTED (", hit: false },
    { text: "consent", hit: true },
    { text: ")", hit: false },
  ]);
  expect(marked("a.b axb", ["a.b"]).filter((piece) => piece.hit)).toEqual([{ text: "a.b", hit: true }]);
  expect(excerpt("short", ["short"])).toBe("short");
  const long = excerpt(`${"before ".repeat(50)}needle ${"after ".repeat(90)}`, ["needle"]);
  expect(long).toMatch(/^… before .*needle after .* …$/);
  expect(long.length).toBeLessThan(240);
});

it("searches all pages, with the words in the address, and Back leads to the page", async () => {
  const { address, router } = await renderPage("/guide/formats", "viewer");
  await screen.findByRole("heading", { level: 1 });
  const pages = within(screen.getByRole("navigation", { name: "Guide" }));
  expect(pages.getByRole("link", { current: "page" })).toHaveTextContent("What is read");
  await userEvent.keyboard("/");
  const field = screen.getByRole("searchbox", { name: "Search the guide" });
  expect(field).toHaveFocus();
  await userEvent.type(field, "admin consent");
  const found = await screen.findByRole("list", { name: "Found in the guide" });
  expect(address()).toBe("/guide/formats?search=admin+consent");
  // No page is open while all are searched.
  expect(pages.queryByRole("link", { current: "page" })).not.toBeInTheDocument();
  expect(within(found).getAllByText(/^consent$/i, { selector: "mark" }).length).toBeGreaterThan(0);
  const hit = within(found).getAllByRole("link")[0]!;
  expect(hit).toHaveAttribute("href", expect.stringMatching(/^\/guide\/[a-z-]+(#[\w-]+)?$/));
  await userEvent.click(hit);
  await waitFor(() =>
    expect(screen.queryByRole("list", { name: "Found in the guide" })).not.toBeInTheDocument(),
  );
  expect(pages.getByRole("link", { current: "page" })).toHaveAttribute(
    "href",
    hit.getAttribute("href")?.replace(/#.*/, ""),
  );
  act(() => router.history.back());
  expect(await screen.findByRole("list", { name: "Found in the guide" })).toBeVisible();
  await userEvent.type(field, "{Escape}");
  expect(await screen.findByRole("heading", { level: 1, name: "What is read" })).toBeVisible();
});

it("says when nothing is found", async () => {
  await renderPage("/guide/formats?search=zzqx", "viewer");
  expect(await screen.findByText("The guide has nothing on this")).toBeVisible();
});

it("gives every anchor that a page of the guide links to a heading", () => {
  const anchors = new Set(sectionsOf(GUIDE).map(({ page, anchor }) => `/guide/${page}#${anchor}`));
  for (const { name, text } of GUIDE) {
    for (const [, href = ""] of text.matchAll(/\]\(([^)]+\.md#[^)]+)\)/g)) {
      const inside = guideLink(href);
      if (inside) expect(anchors, `${name} links to ${href}`).toContain(inside);
    }
  }
});
