/**
 * The one way to the API: calls typed by the published spec, the session's token on each, a key on each POST so
 * that nothing happens twice, and an error that is always either the server's problem body or a network failure.
 */
import createFetchClient, { type Middleware } from "openapi-fetch";
import createQueryClient from "openapi-react-query";
import { randomUuid } from "@/lib/guid";
import type { paths } from "./schema";
import { authorizedFetch } from "./session";

/** Keys of POSTs that got no answer, by what was sent: pressing the button again repeats that very request. */
const unanswered = new Map<string, string>();
const UNANSWERED_MAX = 16;

async function fingerprint(request: Request): Promise<string> {
  return `${request.method} ${request.url} ${await request.clone().text()}`;
}

export const idempotency: Middleware = {
  async onRequest({ request }) {
    if (request.method !== "POST") return;
    const print = await fingerprint(request);
    const key = unanswered.get(print) ?? randomUuid();
    if (unanswered.size >= UNANSWERED_MAX) unanswered.clear();
    unanswered.set(print, key);
    request.headers.set("Idempotency-Key", key);
    prints.set(key, print);
  },
  onResponse({ request }) {
    const key = request.headers.get("Idempotency-Key");
    if (!key) return;
    unanswered.delete(prints.get(key) ?? "");
    prints.delete(key);
  },
};

const prints = new Map<string, string>();

export const http = createFetchClient<paths>({
  baseUrl: typeof location === "undefined" ? undefined : location.origin,
  fetch: authorizedFetch,
});
http.use(idempotency);

export const api = createQueryClient(http);

/** The `If-Match` of an edit: the server's entity tag is the version in quotes. */
export function ifMatch(version: number): string {
  return `"${version}"`;
}
