import {
  type ConnectField,
  type Problem,
  TOKEN_REASONS,
  type TokenReason,
  describe,
  isProblem,
} from "@/api/problems";
import { isGuid } from "@/lib/guid";

export interface PlacedErrors {
  fields: Partial<Record<ConnectField, string>>;
  /** What belongs to no field and is shown above the button. */
  general?: unknown;
}

/** Puts a refusal where it belongs: at the field that can mend it, or above the button. */
export function placeErrors(error: unknown): PlacedErrors {
  if (!error) return { fields: {} };
  if (!isProblem(error)) return { fields: {}, general: error };
  const field = fieldOf(error);
  if (field) return { fields: { [field]: sentence(error) } };
  if (error.code === "validation_failed" && error.errors) {
    const { client_id, client_secret, tenant_hint, ...others } = error.errors;
    const fields = {
      ...(client_id ? { client_id } : {}),
      ...(client_secret ? { client_secret } : {}),
      ...(tenant_hint ? { tenant_hint } : {}),
    };
    const nowhere = Object.keys(others).length > 0 || Object.keys(fields).length === 0;
    return nowhere ? { fields, general: error } : { fields };
  }
  return { fields: {}, general: error };
}

function fieldOf(problem: Problem): ConnectField | null {
  if (problem.code === "tenant_not_detected" || problem.code === "tenant_hint_invalid") return "tenant_hint";
  if (problem.code !== "graph_token_failed") return null;
  return (
    (TOKEN_REASONS[problem.reason as TokenReason] as { field: ConnectField | null } | undefined)?.field ??
    null
  );
}

function sentence(problem: Problem): string {
  const { title, remedy } = describe(problem);
  const code = problem.upstream?.aadsts ? ` (AADSTS${problem.upstream.aadsts})` : "";
  return `${title}${code}. ${remedy ?? ""}`.trim();
}

/** What is plainly wrong while one types, before anything is sent. */
export function checkClientId(value: string): string | undefined {
  if (!value.trim() || isGuid(value)) return undefined;
  return "An application (client) id looks like 00000000-0000-0000-0000-000000000000.";
}

export function checkClientSecret(value: string): string | undefined {
  if (!isGuid(value)) return undefined;
  return "This looks like the secret's id; paste its value.";
}
