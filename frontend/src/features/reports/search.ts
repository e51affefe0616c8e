import { SEVERITIES, type Severity } from "@/ui/severity";
import type { Finding } from "./queries";

export const KINDS: readonly Finding["kind"][] = [
  "missing",
  "gap",
  "not_decided",
  "check_not_met",
  "check_not_assessable",
  "changed",
  "extra",
];
export const SOURCES: readonly Finding["source"][] = ["comparison_baseline", "reference_check"];

/** The state of the report screen, as the address bar holds it. Several values are separated by commas. */
export interface ReportSearch {
  severity?: string;
  kind?: string;
  source?: Finding["source"];
  framework?: string;
  /** The finding that is open. */
  finding?: string;
}

function known<T extends string>(raw: unknown, allowed: readonly T[]): T[] {
  if (typeof raw !== "string") return [];
  const named = raw.split(",");
  return allowed.filter((each) => named.includes(each));
}

export function parseReportSearch(raw: Record<string, unknown>): ReportSearch {
  const parsed: ReportSearch = {};
  const severities = known(raw.severity, SEVERITIES);
  if (severities.length > 0) parsed.severity = severities.join(",");
  const kinds = known(raw.kind, KINDS);
  if (kinds.length > 0) parsed.kind = kinds.join(",");
  const source = SOURCES.find((each) => each === raw.source);
  if (source) parsed.source = source;
  if (typeof raw.framework === "string") parsed.framework = raw.framework;
  if (typeof raw.finding === "string" || typeof raw.finding === "number")
    parsed.finding = String(raw.finding);
  return parsed;
}

export function severitiesOf(search: ReportSearch): Severity[] {
  return known(search.severity, SEVERITIES);
}

export function kindsOf(search: ReportSearch): Finding["kind"][] {
  return known(search.kind, KINDS);
}

/** The findings that the address asks for, in the report's own order, which is by rank. */
export function filterFindings(findings: readonly Finding[], search: ReportSearch): Finding[] {
  const severities = severitiesOf(search);
  const kinds = kindsOf(search);
  return findings.filter(
    (finding) =>
      (severities.length === 0 || severities.includes(finding.severity)) &&
      (kinds.length === 0 || kinds.includes(finding.kind)) &&
      (!search.source || finding.source === search.source) &&
      (!search.framework || finding.frameworks.includes(search.framework)),
  );
}

export function isFiltered(search: ReportSearch): boolean {
  return Boolean(search.severity || search.kind || search.source || search.framework);
}
