/**
 * Who is signed in. The access token lives in this module's memory only; what survives a reload is the HttpOnly
 * refresh cookie, which rotates at each use. Reuse of an old cookie ends the session on the server, so a refresh
 * runs once at a time: one per tab by a shared promise, one per browser by a Web Lock.
 */
import { useSyncExternalStore } from "react";
import { SECOND_FACTOR } from "./problems";
import type { components } from "./schema";

export type Me = components["schemas"]["MeOut"];
type SessionOut = components["schemas"]["SessionOut"];

export type Session =
  | { status: "unknown" }
  | { status: "signed-out" }
  /** The server ended it while this page was open: what is typed here waits for a password. */
  | { status: "expired"; user: Me }
  | { status: "signed-in"; user: Me; token: string; expiresAt: number };

/** Absolute, because outside a browser, in tests, fetch knows no page to be relative to. */
function address(path: string): URL {
  return new URL(`/api/v1/auth/${path}`, location.href);
}

/** A token this close to its end is renewed before it is used. */
const EARLY_MS = 20_000;

let session: Session = { status: "unknown" };
let refreshing: Promise<Session> | undefined;
const listeners = new Set<() => void>();
const channel =
  typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel("policytab.session");

if (channel) {
  // Signed out in one tab is signed out in all; one password does for all tabs whose session has ended.
  channel.onmessage = ({ data }) => {
    if (data === "signed-out") set({ status: "signed-out" });
    // Should the server not be reached, the tab goes on asking for the password.
    else if (session.status === "expired") void refreshSession().catch(() => undefined);
  };
}

function set(next: Session): Session {
  session = next;
  for (const listener of listeners) listener();
  return next;
}

function signedIn(body: SessionOut): Session {
  return set({
    status: "signed-in",
    user: body.user,
    token: body.access_token,
    expiresAt: Date.now() + body.expires_in * 1000,
  });
}

export function currentSession(): Session {
  return session;
}

export function onSessionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSession(): Session {
  return useSyncExternalStore(onSessionChange, currentSession);
}

/** Who is signed in, or was until the session ended; what waits for a password is still theirs. */
export function useMe(): Me | undefined {
  const known = useSession();
  return known.status === "signed-in" || known.status === "expired" ? known.user : undefined;
}

/** Leaves an ended session for good. */
export function forgetSession(): void {
  set({ status: "signed-out" });
}

/** What this page knows is gone on the server, in all tabs: the workspace was deleted. */
export function sessionGone(): void {
  forgetSession();
  channel?.postMessage("signed-out");
}

/**
 * Signs in; throws the problem body when the server refuses, with the reason `second_factor_required` when it asks for a
 * code as well.
 */
export async function signIn(email: string, password: string, code?: string): Promise<void> {
  const response = await fetch(address("login"), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email, password, ...(code ? { code } : {}) }),
  });
  if (!response.ok) throw await response.json().catch(() => new Error(`status ${response.status}`));
  signedIn((await response.json()) as SessionOut);
  channel?.postMessage("signed-in");
}

export async function signOut(): Promise<void> {
  try {
    await authorizedFetch(new Request(address("logout"), { method: "POST" }));
  } finally {
    set({ status: "signed-out" });
    channel?.postMessage("signed-out");
  }
}

/**
 * Renews the session by the cookie. Ends as signed out only when the server says so; when it cannot be reached
 * the error is thrown and the session stays what it was.
 */
export function refreshSession(): Promise<Session> {
  refreshing ??= locked(refreshOnce).finally(() => {
    refreshing = undefined;
  });
  return refreshing;
}

function locked<T>(work: () => Promise<T>): Promise<T> {
  // Absent outside secure contexts.
  const locks = navigator.locks as LockManager | undefined;
  return locks ? (locks.request("policytab.refresh", work) as Promise<T>) : work();
}

async function refreshOnce(): Promise<Session> {
  // keepalive lets the answer, and with it the new cookie, arrive even when the page is left meanwhile.
  const response = await fetch(address("refresh"), { method: "POST", keepalive: true });
  if (response.ok) {
    const body = (await response.json()) as SessionOut;
    // What waits in this tab is not sent for whoever else signed in in another.
    return session.status === "expired" && session.user.id !== body.user.id ? session : signedIn(body);
  }
  if (response.status === 401 || response.status === 403) {
    const known = session;
    const had = known.status === "signed-in" || known.status === "expired";
    return set(had ? { status: "expired", user: known.user } : { status: "signed-out" });
  }
  throw await response.json().catch(() => new Error(`status ${response.status}`));
}

/** The session as it is known now, asking the server when this page does not know yet. */
export async function ensureSession(): Promise<Session> {
  return session.status === "unknown" ? refreshSession() : session;
}

/** Waits until somebody who has to sign in again has done so, or has left. */
function decided(signal: AbortSignal): Promise<Session> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      stop();
      reject(signal.reason as Error);
    };
    const look = () => {
      if (session.status === "expired") return;
      stop();
      resolve(session);
    };
    const unlisten = onSessionChange(look);
    const stop = () => {
      unlisten();
      signal.removeEventListener("abort", leave);
    };
    signal.addEventListener("abort", leave);
    look();
  });
}

/**
 * `fetch` with the access token: renewed when about to end, and once more when the server refuses it. When the session
 * has ended, the request waits for who was signed in to sign in again.
 */
export async function authorizedFetch(request: Request): Promise<Response> {
  const again = request.clone();
  let known = await ensureSession();
  if (known.status === "signed-in" && known.expiresAt - Date.now() < EARLY_MS) known = await refreshSession();
  if (known.status === "expired") known = await decided(request.signal);
  const response = await fetch(withToken(request, known));
  if (response.status === 403) await noticeSecondFactor(response.clone(), known);
  if (response.status !== 401 || known.status !== "signed-in") return response;
  // Another request may have renewed it already.
  let renewed = currentSession() === known ? await refreshSession() : currentSession();
  if (renewed.status === "expired") renewed = await decided(request.signal);
  if (renewed.status !== "signed-in") return response;
  return fetch(withToken(again, renewed));
}

/** The workspace may have begun to require a second factor since the sign-in: asking again tells who must set one up. */
async function noticeSecondFactor(response: Response, known: Session): Promise<void> {
  if (known.status !== "signed-in" || known.user.second_factor_required) return;
  const body = (await response.json().catch(() => undefined)) as { reason?: string } | undefined;
  if (body?.reason === SECOND_FACTOR && currentSession() === known)
    await refreshSession().catch(() => undefined);
}

function withToken(request: Request, known: Session): Request {
  if (known.status === "signed-in") request.headers.set("Authorization", `Bearer ${known.token}`);
  return request;
}
