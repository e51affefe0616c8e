import { HttpResponse, http as msw } from "msw";
import { customer, problem } from "@/testing/fixtures";
import { ANY, problemResponse, server } from "@/testing/server";
import { http, ifMatch } from "./client";
import { signIn } from "./session";

const body = { display_name: "Contoso", cloud: "global" as const };

beforeEach(() => signIn("robin@msp.example", "secret"));

function recordKeys(answers: (() => Response)[]): string[] {
  const keys: string[] = [];
  server.use(
    msw.post(`${ANY}/customers`, ({ request }) => {
      keys.push(request.headers.get("Idempotency-Key") ?? "");
      return (answers[keys.length - 1] ?? (() => HttpResponse.json(customer(), { status: 201 })))();
    }),
  );
  return keys;
}

it("repeats the key when a POST got no answer, and takes a fresh one after an answer", async () => {
  const keys = recordKeys([
    () => HttpResponse.error(),
    () => problemResponse(problem("conflict", { status: 409 })),
  ]);
  await expect(http.POST("/api/v1/customers", { body })).rejects.toThrow();
  const second = await http.POST("/api/v1/customers", { body });
  await http.POST("/api/v1/customers", { body });
  expect(second.error?.code).toBe("conflict");
  expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).not.toBe(keys[0]);
});

it("gives another key to another body", async () => {
  const keys = recordKeys([() => HttpResponse.error()]);
  await expect(http.POST("/api/v1/customers", { body })).rejects.toThrow();
  await http.POST("/api/v1/customers", { body: { ...body, display_name: "Fabrikam" } });
  expect(keys[1]).not.toBe(keys[0]);
});

it("quotes a version as the entity tag", () => {
  expect(ifMatch(7)).toBe('"7"');
});
