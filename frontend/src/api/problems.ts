/** What people read when a call fails. A code without a text does not compile. */
import type { components } from "./schema";

export type Problem = components["schemas"]["Problem"];
export type ProblemCode = components["schemas"]["ProblemCode"];

interface Copy {
  title: string;
  /** Used when the server sent none. */
  remedy: string;
}

export const PROBLEM_COPY: Record<ProblemCode, Copy> = {
  graph_token_failed: {
    title: "Entra refused the credentials",
    remedy: "Check the client id and the client secret in the app registration.",
  },
  tenant_not_detected: {
    title: "The tenant could not be detected",
    remedy: "Enter the customer's tenant id or one of its verified domains.",
  },
  tenant_hint_invalid: {
    title: "Entra knows no such tenant",
    remedy: "Copy the Directory (tenant) ID from the app's overview, and check the cloud.",
  },
  tenant_mismatch: {
    title: "These credentials belong to another tenant",
    remedy: "Use the app registration of this customer's own tenant.",
  },
  tenant_already_connected: {
    title: "This tenant is connected already",
    remedy: "Open the customer that has it.",
  },
  graph_credentials_unavailable: {
    title: "There are no usable credentials",
    remedy: "Open Graph connection and save them.",
  },
  graph_permission_missing: {
    title: "A Microsoft Graph permission is missing",
    remedy: "Add it to the app registration and grant admin consent.",
  },
  graph_throttled: {
    title: "Microsoft Graph is slowing this tenant down",
    remedy: "Wait a little, then try again.",
  },
  graph_unavailable: {
    title: "Microsoft did not answer as expected",
    remedy: "Try again in a few minutes.",
  },
  import_in_progress: {
    title: "An import is running already",
    remedy: "Wait until it has ended.",
  },
  invalid_state: {
    title: "This step does not come next",
    remedy: "Go on with the customer's next step.",
  },
  validation_failed: {
    title: "Something is not filled in right",
    remedy: "Correct the marked fields.",
  },
  unauthenticated: {
    title: "You are not signed in",
    remedy: "Sign in again.",
  },
  forbidden: {
    title: "Your role does not allow this",
    remedy: "Ask an owner of your workspace.",
  },
  not_found: {
    title: "It is not there",
    remedy: "Check the address; it may have been deleted.",
  },
  method_not_allowed: {
    title: "The server does not offer this",
    remedy: "Load the page again; it may be older than the server.",
  },
  conflict: {
    title: "That exists already",
    remedy: "Choose another value, or change the one that exists.",
  },
  precondition_failed: {
    title: "Somebody else changed it meanwhile",
    remedy: "It has been loaded again: check it and repeat your change.",
  },
  payload_too_large: {
    title: "That is too large",
    remedy: "Send less at once.",
  },
  idempotency_conflict: {
    title: "This request was sent before with other content",
    remedy: "Try again.",
  },
  rate_limited: {
    title: "Too many requests",
    remedy: "Wait a moment, then try again.",
  },
  unavailable: {
    title: "The service can't answer right now",
    remedy: "Try again in a few seconds.",
  },
  internal: {
    title: "Something went wrong on our side",
    remedy: "Try again; if it stays, give the request id to your administrator.",
  },
};

export type TokenReason =
  | "invalid_secret"
  | "expired_secret"
  | "app_not_found"
  | "app_disabled"
  | "tenant_not_found"
  | "admin_consent_missing"
  | "blocked_by_policy"
  | "other";

/** The title of `graph_token_failed` by its reason, and the form's field that it is about. */
export const TOKEN_REASONS: Record<TokenReason, { title: string; field: ConnectField | null }> = {
  invalid_secret: { title: "Entra refused this client secret", field: "client_secret" },
  expired_secret: { title: "This client secret has expired", field: "client_secret" },
  app_not_found: { title: "Entra finds no app with this id in the tenant", field: "client_id" },
  app_disabled: { title: "The app is disabled in the tenant", field: "client_id" },
  tenant_not_found: { title: "Entra finds no such tenant", field: "tenant_hint" },
  admin_consent_missing: { title: "Admin consent is missing", field: null },
  blocked_by_policy: { title: "A policy of the tenant blocked the app", field: null },
  other: { title: "Entra refused the credentials", field: null },
};

export type ConnectField = "client_id" | "client_secret" | "tenant_hint";

export function isProblem(error: unknown): error is Problem {
  return typeof error === "object" && error !== null && "code" in error && "status" in error;
}

/** The reason of problems that a second factor would solve. */
export const SECOND_FACTOR = "second_factor_required";

/** Whether the password was right and a code is needed as well. */
export function asksForCode(error: unknown): boolean {
  return isProblem(error) && error.code === "unauthenticated" && error.reason === SECOND_FACTOR;
}

/** The problem when it is of this code, for what a screen does about it beyond showing it. */
export function problemOf(error: unknown, code: ProblemCode): Problem | undefined {
  return isProblem(error) && error.code === code ? error : undefined;
}

export interface Shown {
  title: string;
  detail?: string | undefined;
  remedy?: string | undefined;
  requestId?: string | undefined;
  /** The page of the in-product guide that helps. */
  guide?: string | undefined;
}

/** The words for anything that a call can end with. */
export function describe(error: unknown): Shown {
  if (!isProblem(error)) {
    const offline = error instanceof TypeError;
    return {
      title: offline ? "The server can't be reached" : "The server gave an answer that makes no sense here",
      remedy: "Check your connection, then try again. What you typed is kept.",
    };
  }
  const copy = (PROBLEM_COPY as Partial<Record<string, Copy>>)[error.code];
  const reason = error.code === "graph_token_failed" ? TOKEN_REASONS[error.reason as TokenReason] : undefined;
  return {
    title: reason?.title ?? copy?.title ?? error.title,
    detail: error.code === "validation_failed" ? undefined : error.detail,
    remedy: error.remedy || copy?.remedy,
    guide: error.docs?.startsWith("/guide/") ? error.docs : undefined,
    requestId: error.code === "internal" ? (error.request_id ?? undefined) : undefined,
  };
}

/** Whether trying the same again can help without anybody changing anything. */
export function isPassing(error: unknown): boolean {
  if (!isProblem(error)) return true;
  return error.status >= 500 || error.status === 429;
}
