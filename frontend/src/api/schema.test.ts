// @vitest-environment node
import { readFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";
import { format, resolveConfig } from "prettier";

it("has types made from the published API description; if not, run `npm run openapi:types`", async () => {
  const spec = new URL("../../../openapi/openapi.json", import.meta.url);
  const stored = new URL("./schema.d.ts", import.meta.url);
  const made = astToString(await openapiTS(spec));
  const options = { ...(await resolveConfig(stored)), parser: "typescript" };
  // The command puts a comment on top that the library leaves to its caller.
  const body = (text: string) => text.replace(/^\/\*\*[\s\S]*?\*\/\s*/, "");
  expect(body(await readFile(stored, "utf8"))).toBe(body(await format(made, options)));
});
