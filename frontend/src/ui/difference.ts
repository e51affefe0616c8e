/** One field in which two policies differ, as the API tells it. */
export interface FieldDifference {
  /** Graph's path. */
  field: string;
  label: string;
  baseline: unknown;
  live: unknown;
  direction: "weaker" | "stronger" | "different";
  /** References that could not be compared: the field may differ less than it seems. */
  unresolved?: readonly string[] | undefined;
}

export const DIRECTION_LABEL: Record<FieldDifference["direction"], string> = {
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
