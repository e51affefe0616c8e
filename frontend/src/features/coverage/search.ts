import type { SignIn } from "@/api/Evaluation";

/** The state of the coverage screen, as the address bar holds it. */
export interface CoverageSearch {
  /** The map when left out. */
  view?: "what-if" | undefined;
  /** The cell whose policies are shown: the keys of its row and column. */
  cell?: string | undefined;
  /** The sign-in that What If is asked about. */
  sign_in?: SignIn | undefined;
}

export function parseCoverageSearch(raw: Record<string, unknown>): CoverageSearch {
  const parsed: CoverageSearch = {};
  if (raw.view === "what-if") parsed.view = raw.view;
  if (typeof raw.cell === "string") parsed.cell = raw.cell;
  // What is wrong in it the server tells.
  if (typeof raw.sign_in === "object" && raw.sign_in !== null && !Array.isArray(raw.sign_in))
    parsed.sign_in = raw.sign_in as SignIn;
  return parsed;
}
