import type { ReadablePolicy } from "@/ui/PolicyCard";

export const STATES = ["enabled", "enabledForReportingButNotEnforced", "disabled"] as const;
export type PolicyState = (typeof STATES)[number];

/** The state of the policies screen, as the address bar holds it. */
export interface PolicySearch {
  search?: string;
  state?: PolicyState;
  /** A snapshot other than the newest. */
  snapshot?: string;
  /** The ids of the policies chosen to be compared, with a comma between them: one while the second is looked for. */
  compare?: string;
}

export function parsePolicySearch(raw: Record<string, unknown>): PolicySearch {
  const parsed: PolicySearch = {};
  if (typeof raw.search === "string" || typeof raw.search === "number") parsed.search = String(raw.search);
  const state = STATES.find((each) => each === raw.state);
  if (state) parsed.state = state;
  if (typeof raw.snapshot === "string") parsed.snapshot = raw.snapshot;
  if (typeof raw.compare === "string" && raw.compare) parsed.compare = raw.compare;
  return parsed;
}

/** Whom the address means by `compare`; what comes after the second is nothing. */
export function chosenPolicies({ compare }: PolicySearch): string[] {
  return (compare ?? "").split(",").filter(Boolean).slice(0, 2);
}

/** Policies in which every word that was typed occurs somewhere a reader sees it. */
export function filterPolicies<P extends ReadablePolicy>(policies: readonly P[], search: PolicySearch): P[] {
  const words = (search.search ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  return policies.filter((policy) => {
    if (search.state && policy.state !== search.state) return false;
    const text = [
      policy.display_name,
      policy.sentence,
      ...policy.who,
      ...policy.what,
      ...policy.when,
      ...policy.then,
    ]
      .join("\n")
      .toLowerCase();
    return words.every((word) => text.includes(word) || policy.id?.toLowerCase() === word);
  });
}
