import { SEVERITIES, type Severity } from "@/ui/severity";
import { namesFramework } from "@/lib/frameworks";
import type { Check, Finding } from "./queries";

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
export const STATUSES: readonly Finding["status"][] = ["open", "accepted"];
export const RESULTS: readonly Check["status"][] = ["met", "not_met", "not_assessable"];

/** The state of the report screen, as the address bar holds it. Several values are separated by commas. */
export interface ReportSearch {
  /** The findings are shown when nothing is said. */
  view?: "checks";
  severity?: string;
  kind?: string;
  source?: Finding["source"];
  status?: Finding["status"];
  framework?: string;
  /** What became of a check, where the checks are shown. */
  result?: Check["status"];
  /** Words that must occur. */
  search?: string;
  /** The finding that is open. */
  finding?: string;
}

/** Changes the address; filters replace the entry of the history, what opens something adds one. */
export type SearchChange = (patch: Partial<ReportSearch>, replace: boolean) => void;

function known<T extends string>(raw: unknown, allowed: readonly T[]): T[] {
  if (typeof raw !== "string") return [];
  const named = raw.split(",");
  return allowed.filter((each) => named.includes(each));
}

/** Text of the address; the router reads digits as numbers. */
function text(raw: unknown): string | undefined {
  return typeof raw === "string" || typeof raw === "number" ? String(raw) : undefined;
}

export function parseReportSearch(raw: Record<string, unknown>): ReportSearch {
  const severities = known(raw.severity, SEVERITIES);
  const kinds = known(raw.kind, KINDS);
  const [source] = known(raw.source, SOURCES);
  const [status] = known(raw.status, STATUSES);
  const [result] = known(raw.result, RESULTS);
  const framework = text(raw.framework);
  const search = text(raw.search);
  const finding = text(raw.finding);
  return {
    ...(raw.view === "checks" ? { view: raw.view } : {}),
    ...(severities.length > 0 ? { severity: severities.join(",") } : {}),
    ...(kinds.length > 0 ? { kind: kinds.join(",") } : {}),
    ...(source ? { source } : {}),
    ...(status ? { status } : {}),
    ...(framework ? { framework } : {}),
    ...(result ? { result } : {}),
    ...(search ? { search } : {}),
    ...(finding ? { finding } : {}),
  };
}

export function severitiesOf(search: ReportSearch): Severity[] {
  return known(search.severity, SEVERITIES);
}

export function kindsOf(search: ReportSearch): Finding["kind"][] {
  return known(search.kind, KINDS);
}

function wordsOf({ search = "" }: ReportSearch): string[] {
  return search.toLowerCase().split(/\s+/).filter(Boolean);
}

/** What a reader sees of a finding, as one text to search in. */
function textOf(finding: Finding): string {
  const policies = [finding.baseline_policy, ...finding.live_policies].map((policy) => policy?.display_name);
  return [
    finding.title,
    finding.cause,
    finding.remedy,
    finding.check,
    finding.witness_text,
    finding.acceptance?.owner,
    ...policies,
    ...finding.regions,
    ...finding.frameworks,
    ...(finding.not_licensed ?? []),
  ]
    .join("\n")
    .toLowerCase();
}

/** The findings that the address asks for, in the report's own order, which is by rank. */
export function filterFindings(findings: readonly Finding[], search: ReportSearch): Finding[] {
  const severities = severitiesOf(search);
  const kinds = kindsOf(search);
  const words = wordsOf(search);
  const { source, status, framework } = search;
  return findings.filter((finding) => {
    if (severities.length > 0 && !severities.includes(finding.severity)) return false;
    if (kinds.length > 0 && !kinds.includes(finding.kind)) return false;
    if (source && finding.source !== source) return false;
    if (status && finding.status !== status) return false;
    if (framework && !namesFramework(finding.frameworks, framework)) return false;
    if (words.length === 0) return true;
    const content = textOf(finding);
    return words.every((word) => content.includes(word));
  });
}

/** The checks that the address asks for, in the order of the catalog. */
export function filterChecks(checks: readonly Check[], search: ReportSearch): Check[] {
  const words = wordsOf(search);
  const { result, framework } = search;
  return checks.filter((check) => {
    if (result && check.status !== result) return false;
    if (framework && !namesFramework(check.frameworks, framework)) return false;
    const content = [check.id, check.title, check.detail, ...check.frameworks].join("\n").toLowerCase();
    return words.every((word) => content.includes(word));
  });
}

/** Clears every filter; which view and which finding are open stays. */
export const NO_FILTERS = {
  severity: undefined,
  kind: undefined,
  source: undefined,
  status: undefined,
  framework: undefined,
  result: undefined,
  search: undefined,
} satisfies Partial<Record<keyof ReportSearch, undefined>>;

export function isFiltered(search: ReportSearch): boolean {
  return (Object.keys(NO_FILTERS) as (keyof typeof NO_FILTERS)[]).some((name) => search[name] !== undefined);
}
