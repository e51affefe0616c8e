import { HttpResponse, delay, http } from "msw";
import { sessionOf } from "@/testing/fixtures";
import { ANY, server } from "@/testing/server";
import { authorizedFetch, currentSession, forgetSession, refreshSession, signIn } from "./session";

function request() {
  return new Request(new URL("/api/v1/me", location.href));
}

/** A resource that takes only this token. */
function onlyToken(token: string, seen: string[] = []) {
  return http.get(`${ANY}/me`, ({ request: { headers } }) => {
    const sent = headers.get("Authorization") ?? "";
    seen.push(sent);
    return sent === `Bearer ${token}` ? HttpResponse.json({}) : new HttpResponse(null, { status: 401 });
  });
}

function refreshesTo(token: string, calls: { count: number }) {
  return http.post(`${ANY}/auth/refresh`, async () => {
    calls.count += 1;
    await delay(20);
    return HttpResponse.json({ ...sessionOf("owner"), access_token: token });
  });
}

beforeEach(() => signIn("robin@msp.example", "secret"));

it("renews a refused token once for all requests that were under way, and repeats them", async () => {
  const calls = { count: 0 };
  server.use(onlyToken("new"), refreshesTo("new", calls));
  const answers = await Promise.all([request(), request(), request()].map(authorizedFetch));
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
  expect(calls.count).toBe(1);
});

it("gives up after one renewal and passes the refusal on", async () => {
  const calls = { count: 0 };
  const seen: string[] = [];
  server.use(onlyToken("never", seen), refreshesTo("other", calls));
  expect((await authorizedFetch(request())).status).toBe(401);
  expect(calls.count).toBe(1);
  expect(seen).toEqual(["Bearer token-of-owner", "Bearer other"]);
});

it("renews a token that is about to end before using it", async () => {
  server.use(
    http.post(`${ANY}/auth/login`, () => HttpResponse.json({ ...sessionOf("owner"), expires_in: 5 })),
  );
  await signIn("robin@msp.example", "secret");
  const calls = { count: 0 };
  const seen: string[] = [];
  server.use(onlyToken("fresh", seen), refreshesTo("fresh", calls));
  expect((await authorizedFetch(request())).status).toBe(200);
  expect(seen).toEqual(["Bearer fresh"]);
});

it("holds what was sent when the server ends the session, until who was signed in is again", async () => {
  const seen: string[] = [];
  server.use(
    onlyToken("again", seen),
    http.post(`${ANY}/auth/refresh`, () => new HttpResponse(null, { status: 401 })),
    http.post(`${ANY}/auth/login`, () => HttpResponse.json({ ...sessionOf("owner"), access_token: "again" })),
  );
  const held = authorizedFetch(request());
  await vi.waitFor(() => expect(currentSession().status).toBe("expired"));
  await signIn("robin@msp.example", "secret");
  expect((await held).status).toBe(200);
  expect(seen).toEqual(["Bearer token-of-owner", "Bearer again"]);
});

it("goes on without a password when the same person signs in again in another tab, and for nobody else", async () => {
  const other = new BroadcastChannel("policytab.session");
  const calls: string[] = [];
  let user = { ...sessionOf("owner").user, id: "somebody-else" };
  server.use(
    onlyToken("theirs"),
    http.post(`${ANY}/auth/refresh`, () => new HttpResponse(null, { status: 401 })),
  );
  const held = authorizedFetch(request());
  await vi.waitFor(() => expect(currentSession().status).toBe("expired"));
  server.use(
    http.post(`${ANY}/auth/refresh`, () => {
      calls.push(user.id);
      return HttpResponse.json({ ...sessionOf("owner"), user, access_token: "theirs" });
    }),
  );
  other.postMessage("signed-in");
  await vi.waitFor(() => expect(calls).toHaveLength(1));
  await refreshSession();
  expect(currentSession().status).toBe("expired");
  user = sessionOf("owner").user;
  other.postMessage("signed-in");
  expect((await held).status).toBe(200);
  other.close();
});

it("passes the refusal on when who was signed in leaves", async () => {
  server.use(
    onlyToken("never"),
    http.post(`${ANY}/auth/refresh`, () => new HttpResponse(null, { status: 401 })),
  );
  const held = authorizedFetch(request());
  await vi.waitFor(() => expect(currentSession().status).toBe("expired"));
  forgetSession();
  expect((await held).status).toBe(401);
});

it("lets go of what nobody waits for any more", async () => {
  server.use(
    onlyToken("never"),
    http.post(`${ANY}/auth/refresh`, () => new HttpResponse(null, { status: 401 })),
  );
  const stop = new AbortController();
  const held = authorizedFetch(new Request(request(), { signal: stop.signal }));
  await vi.waitFor(() => expect(currentSession().status).toBe("expired"));
  stop.abort(new Error("left the page"));
  await expect(held).rejects.toThrow();
});

it("stays signed in while the server can't be reached", async () => {
  server.use(http.post(`${ANY}/auth/refresh`, () => HttpResponse.error()));
  await expect(refreshSession()).rejects.toThrow();
  expect(currentSession().status).toBe("signed-in");
});

it("sends the body again with the repeated request", async () => {
  const bodies: string[] = [];
  const calls = { count: 0 };
  server.use(
    refreshesTo("new", calls),
    http.post(`${ANY}/customers`, async ({ request: sent }) => {
      bodies.push(await sent.text());
      return sent.headers.get("Authorization") === "Bearer new"
        ? HttpResponse.json({}, { status: 201 })
        : new HttpResponse(null, { status: 401 });
    }),
  );
  const post = new Request(new URL("/api/v1/customers", location.href), { method: "POST", body: "{}" });
  expect((await authorizedFetch(post)).status).toBe(201);
  expect(bodies).toEqual(["{}", "{}"]);
});
