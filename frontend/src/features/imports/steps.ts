import { counted } from "@/lib/text";
import type { ImportStep } from "./queries";

export const STEP_LABEL: Record<ImportStep["name"], string> = {
  token: "Access token",
  organization: "Organization",
  licences: "Licences",
  policies: "Policies",
  named_locations: "Named locations",
  authentication_strengths: "Authentication strengths",
  referenced_objects: "Referenced objects",
  snapshot: "Snapshot",
  co_managed_baseline: "Co-managed baseline",
  comparison: "Comparison",
  report: "Report",
};

export const STATE_LABEL: Record<ImportStep["state"], string> = {
  pending: "Waiting",
  running: "Running",
  succeeded: "Done",
  failed: "Failed",
  skipped: "Skipped",
};

/** One and many of the nouns that are not simply made with an s. */
const WORDS: Record<string, [one: string, many: string]> = {
  policies: ["policy", "policies"],
  skus: ["subscription", "subscriptions"],
  beta_only: ["only in beta", "only in beta"],
  terms_of_use: ["terms of use", "terms of use"],
  deleted: ["deleted", "deleted"],
  unreadable: ["unreadable", "unreadable"],
};

/** Counts of a part of what another count tells. */
const SPECIAL = new Set(["beta_only", "deleted", "unreadable"]);

/** "12 policies, 3 named locations"; what is zero is left out unless everything is. */
export function countsText(counts: ImportStep["counts"]): string {
  const all = Object.entries(counts);
  const some = all
    .filter(([, count]) => count > 0)
    // What there is comes first, then what is special about some of it.
    .sort(([one], [other]) => Number(SPECIAL.has(one)) - Number(SPECIAL.has(other)));
  return (some.length > 0 ? some : all)
    .map(([noun, count]) => {
      const plain = noun.replaceAll("_", " ");
      const [one, many] = WORDS[noun] ?? [plain.replace(/s$/, ""), plain];
      return counted(count, one, many);
    })
    .join(", ");
}

/** How long a step took, or has been taking until now; nothing before it began. */
export function stepMillis(step: ImportStep, now: number): number | undefined {
  if (!step.started_at) return undefined;
  return (step.finished_at ? Date.parse(step.finished_at) : now) - Date.parse(step.started_at);
}
