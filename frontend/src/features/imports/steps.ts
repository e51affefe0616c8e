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

/** Nouns that do not make their plural with an s. */
const SINGULAR: Record<string, string> = {
  policies: "policy",
  memberships: "membership",
  licences: "licence",
};

/** "12 policies, 3 named locations". */
export function countsText(counts: ImportStep["counts"]): string {
  return Object.entries(counts)
    .map(([noun, count]) => {
      const many = noun.replaceAll("_", " ");
      return counted(count, SINGULAR[noun] ?? many.replace(/s$/, ""), many);
    })
    .join(", ");
}

/** How long a step took, or has been taking until now; nothing before it began. */
export function stepMillis(step: ImportStep, now: number): number | undefined {
  if (!step.started_at) return undefined;
  return (step.finished_at ? Date.parse(step.finished_at) : now) - Date.parse(step.started_at);
}
