import type { Finding, FieldDiff } from "./queries";

export const KIND_LABEL: Record<Finding["kind"], string> = {
  missing: "Missing",
  gap: "Gap",
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

export const DIRECTION_LABEL: Record<FieldDiff["direction"], string> = {
  weaker: "Weaker",
  stronger: "Stronger",
  different: "Different",
};

/** The values of one side of a difference, one per line; nothing set is no line. */
export function valueLines(value: unknown): string[] {
  if (value === null || value === undefined || value === "") return [];
  if (Array.isArray(value)) return value.flatMap(valueLines);
  if (typeof value === "boolean") return [value ? "Yes" : "No"];
  if (typeof value === "string") return [value];
  if (typeof value === "number") return [String(value)];
  return [JSON.stringify(value)];
}

/** A share of sign-ins in percent that never rounds something to nothing. */
export function shareText(share: number): string {
  if (share > 0 && share < 0.01) return "below 1 %";
  return `${Math.round(share * 100)} %`;
}
