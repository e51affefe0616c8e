import { describe, expect, it } from "vitest";
import { signInRoute } from "./routes";

const next = (value: unknown) => signInRoute.validateSearch({ next: value }).next;

describe("where one goes after signing in", () => {
  it.each(["/", "/customers/1?tab=report#x", "/customers?search=//x"])("is %s", (path) => {
    expect(next(path)).toBe(path);
  });

  it.each([
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "/\n\\evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "evil.example",
    "",
    7,
    undefined,
  ])("is never %j", (elsewhere) => {
    expect(next(elsewhere)).toBeUndefined();
  });
});
