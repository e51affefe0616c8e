/** Frameworks that the reference catalog refers to, those that customers ask for first. */
const FRAMEWORKS = [
  { name: "CISA SCuBA", short: "" },
  { name: "CIS Microsoft 365", short: "CIS" },
  { name: "Microsoft template", short: "Template" },
  { name: "NIST SP 800-53", short: "NIST" },
  { name: "MITRE ATT&CK", short: "ATT&CK" },
  { name: "Maester", short: "Maester" },
  { name: "Microsoft Zero Trust Assessment", short: "ZTA" },
] as const;

/** "v1", "7.0.0", "r5", "August 2026", "as mapped by SCuBA": between a framework's name and the id in it. */
const VERSION = /^(v\d+|r\d+|\d+(?:\.\d+)*|[A-Z][a-z]+ \d{4}|as mapped by \S+) (.+)$/;

export interface FrameworkReference {
  /** The framework; undefined for a reference of a baseline's own. */
  framework: (typeof FRAMEWORKS)[number] | undefined;
  version: string;
  id: string;
}

/** Takes a reference apart: "CIS Microsoft 365 7.0.0 5.2.2.1" into framework, version and id. */
export function readReference(text: string): FrameworkReference {
  const framework = FRAMEWORKS.find(({ name }) => text.startsWith(`${name} `));
  if (!framework) return { framework, version: "", id: text };
  const rest = text.slice(framework.name.length + 1);
  const [, version, id] = VERSION.exec(rest) ?? [];
  return { framework, version: version ?? "", id: id ?? rest };
}

/** A reference as short as people know it: "MS.AAD.1.1v1", "CIS 5.2.2.3". */
export function shortReference(text: string): string {
  const { framework, id } = readReference(text);
  return framework?.short ? `${framework.short} ${id}` : id.replace(/ \(BOD 25-01\)$/, "");
}

/** References that are numbers before those that are names, which take more room. */
export function numbersFirst(references: readonly string[]): string[] {
  const named = (text: string) => Number(!/\d/.test(readReference(text).id));
  return [...references].sort((a, b) => named(a) - named(b));
}

/** References by framework with its version, in the frameworks' order; what is of no known one comes first. */
export function byFramework(references: readonly string[]): [framework: string, ids: string[]][] {
  const groups = new Map<string, string[]>();
  const order = (text: string) => FRAMEWORKS.findIndex(({ name }) => text.startsWith(`${name} `));
  for (const text of [...references].sort((a, b) => order(a) - order(b))) {
    const { framework, version, id } = readReference(text);
    // Of SCuBA each id carries its own version.
    const withVersion =
      framework && framework.name !== "CISA SCuBA" ? `${framework.name} ${version}`.trim() : framework?.name;
    const group = withVersion ?? "The baseline's own";
    groups.set(group, [...(groups.get(group) ?? []), id]);
  }
  return [...groups];
}

/** What a filter by framework offers: the frameworks that occur, and references of no known one. */
export function frameworkChoices(references: readonly string[]): string[] {
  const found = references.map(readReference);
  const known = FRAMEWORKS.map(({ name }) => name as string).filter((name) =>
    found.some(({ framework }) => framework?.name === name),
  );
  const own = new Set(found.filter(({ framework }) => !framework).map(({ id }) => id));
  return [...known, ...[...own].sort()];
}

/** Whether a reference names this framework or this id, as whole words: the same rule as the server's filter. */
export function namesFramework(references: readonly string[], wanted: string): boolean {
  const escaped = wanted.trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const whole = new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, "iu");
  return references.some((text) => whole.test(text));
}
