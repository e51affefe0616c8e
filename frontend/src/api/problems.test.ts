import { problem } from "@/testing/fixtures";
import { describe as words, isPassing, problemOf } from "./problems";

it("tells the reason of a refused token, and keeps the server's remedy", () => {
  const shown = words(
    problem("graph_token_failed", { reason: "expired_secret", remedy: "Create a new client secret." }),
  );
  expect(shown).toMatchObject({
    title: "This client secret has expired",
    remedy: "Create a new client secret.",
  });
});

it("falls back to its own remedy, and to the server's title for a code it does not know", () => {
  expect(words(problem("graph_throttled")).remedy).toBe("Wait a little, then try again.");
  const future = { ...problem("internal"), code: "of_tomorrow", title: "Something new" };
  expect(words(future).title).toBe("Something new");
});

it("shows the request id only where somebody must look it up", () => {
  expect(words(problem("internal", { request_id: "r1" })).requestId).toBe("r1");
  expect(words(problem("conflict", { request_id: "r1" })).requestId).toBeUndefined();
});

it("tells a lost connection from an answer that makes no sense", () => {
  expect(words(new TypeError("Failed to fetch")).title).toBe("The server can't be reached");
  expect(words("<html>502</html>").title).toMatch(/makes no sense/);
});

it("repeats by itself only what can pass by itself", () => {
  expect(isPassing(new TypeError("Failed to fetch"))).toBe(true);
  expect(isPassing(problem("unavailable", { status: 503 }))).toBe(true);
  expect(isPassing(problem("forbidden", { status: 403 }))).toBe(false);
});

it("finds a problem by its code only", () => {
  expect(problemOf(problem("conflict"), "conflict")).toBeDefined();
  expect(problemOf(problem("conflict"), "forbidden")).toBeUndefined();
  expect(problemOf(new Error("conflict"), "conflict")).toBeUndefined();
});
