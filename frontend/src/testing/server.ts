/** The API as tests see it: what every screen asks for, answered plainly; a test overrides what it is about. */
import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import type { Problem } from "@/api/problems";
import { connection, fleet, report, sessionOf } from "./fixtures";

export const ANY = "*/api/v1";

/** An error answer as the server sends it. */
export function problemResponse(body: Problem) {
  return HttpResponse.json(body, {
    status: body.status,
    headers: { "Content-Type": "application/problem+json" },
  });
}

export const server = setupServer(
  http.post(`${ANY}/auth/login`, () => HttpResponse.json(sessionOf("owner"))),
  http.post(`${ANY}/auth/logout`, () => new HttpResponse(null, { status: 204 })),
  http.get(`${ANY}/fleet`, () => HttpResponse.json(fleet())),
  http.get(`${ANY}/customers`, () => HttpResponse.json({ items: [], next_cursor: null })),
  http.get(`${ANY}/baselines`, () => HttpResponse.json({ items: [], next_cursor: null })),
  http.get(`${ANY}/customers/:id/imports`, () => HttpResponse.json({ items: [], next_cursor: null })),
  http.get(`${ANY}/customers/:id/connect`, () => HttpResponse.json(connection())),
  http.get(`${ANY}/customers/:id/report`, () => HttpResponse.json(report([]))),
  // A stream that says nothing.
  http.get(`${ANY}/events`, () => new HttpResponse(new ReadableStream())),
);
