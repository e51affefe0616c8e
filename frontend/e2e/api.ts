/** What the walks need beside the browser: people to be, and customers to clear away. */
import { randomUUID } from "node:crypto";
import createClient from "openapi-fetch";
import type { paths } from "../src/api/schema";
import { demo } from "./demo";

/** All customers of these tests begin so; what a broken run left is cleared by the next. */
export const PREFIX = "E2E";

export type Api = ReturnType<typeof createClient<paths>>;

export async function apiAs(email: string, password: string): Promise<Api> {
  const api = createClient<paths>({ baseUrl: demo().url });
  const { data, error } = await api.POST("/api/v1/auth/login", { body: { email, password } });
  if (!data) throw new Error(`sign-in of ${email} failed: ${JSON.stringify(error)}`);
  api.use({
    onRequest({ request }) {
      request.headers.set("Authorization", `Bearer ${data.access_token}`);
      if (request.method === "POST") request.headers.set("Idempotency-Key", randomUUID());
    },
  });
  return api;
}

export function apiAsOwner(): Promise<Api> {
  const { email, password } = demo();
  return apiAs(email, password);
}

export async function clearCustomers(api: Api, prefix = PREFIX): Promise<void> {
  const { data } = await api.GET("/api/v1/customers", { params: { query: { search: prefix, limit: 200 } } });
  for (const { id, display_name } of data?.items ?? []) {
    if (display_name.startsWith(prefix))
      await api.DELETE("/api/v1/customers/{id}", { params: { path: { id } } });
  }
}

export async function clearBaselines(api: Api, prefix = PREFIX): Promise<void> {
  const { data } = await api.GET("/api/v1/baselines", { params: { query: { limit: 200 } } });
  for (const { id, name } of data?.items ?? []) {
    if (name.startsWith(prefix)) await api.DELETE("/api/v1/baselines/{id}", { params: { path: { id } } });
  }
}

export async function clearApiTokens(api: Api, prefix = PREFIX): Promise<void> {
  const { data } = await api.GET("/api/v1/api-tokens", { params: { query: { limit: 200 } } });
  for (const { id, name } of data?.items ?? []) {
    if (name.startsWith(prefix)) await api.DELETE("/api/v1/api-tokens/{id}", { params: { path: { id } } });
  }
}

export interface Person {
  id: string;
  email: string;
  password: string;
}

export async function addPerson(api: Api, role: "viewer" | "operator" | "admin"): Promise<Person> {
  const email = `${role}-${randomUUID().slice(0, 8)}@e2e.example`;
  const password = randomUUID();
  const { data, error } = await api.POST("/api/v1/users", {
    body: { email, display_name: `${PREFIX} ${role}`, role, password },
  });
  if (!data) throw new Error(`adding a ${role} failed: ${JSON.stringify(error)}`);
  return { id: data.id, email, password };
}

export async function removePerson(api: Api, { id }: Person): Promise<void> {
  await api.DELETE("/api/v1/users/{id}", { params: { path: { id } } });
}
