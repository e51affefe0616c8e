import { listed } from "@/lib/text";
import type { Check, Finding } from "./queries";

export const KIND_LABEL: Record<Finding["kind"], string> = {
  missing: "Missing",
  gap: "Open in part",
  not_decided: "Not decided",
  check_not_met: "Check not met",
  check_not_assessable: "Not assessable",
  changed: "Changed",
  extra: "Extra",
};

export const SOURCE_LABEL: Record<Finding["source"], string> = {
  comparison_baseline: "Comparison baseline",
  reference_check: "Reference check",
};

export const STATUS_LABEL: Record<Finding["status"], string> = {
  open: "Open",
  accepted: "Accepted",
};

export const RESULT_LABEL: Record<Check["status"], string> = {
  met: "Met",
  not_met: "Not met",
  not_assessable: "Not assessable",
};

export const ENDED_LABEL = {
  expired: "Open again: acceptance expired",
  facts_changed: "Open again: facts changed",
} as const;

/** A region as the report writes it, taken apart: who and what, and what is missing there. */
export function readRegion(region: string): { where: string; without: string | undefined } {
  const [where = region, without] = region.split(" — ");
  return { where, without };
}

/** "for Microsoft Entra ID P2", or nothing when the tenant has every licence. */
export function licenceText(finding: Finding): string | undefined {
  const missing = finding.not_licensed ?? [];
  return missing.length > 0 ? `Not licensed: ${listed(missing)}` : undefined;
}

export interface SeverityStep {
  /** "Critical", "1 lower", "High". */
  amount: string;
  why: string;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * The arithmetic of a severity as rows: "critical: multifactor authentication; 1 lower: for guests; makes high".
 * A reason of another form is one row.
 */
export function severitySteps(reason: string): SeverityStep[] {
  return reason.split("; ").map((part) => {
    const step = /^(critical|high|medium|low|info|\d+ lower): (.+)$/.exec(part);
    if (step) return { amount: capitalised(step[1] ?? ""), why: capitalised(step[2] ?? "") };
    const total = /^makes (\w+)$/.exec(part);
    if (total) return { amount: capitalised(total[1] ?? ""), why: "In total" };
    return { amount: "", why: capitalised(part) };
  });
}
