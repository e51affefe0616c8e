import type { Snapshot } from "./queries";

/** The two snapshots that are compared; without them the newest with the one before it. */
export interface CompareSearch {
  before?: string;
  after?: string;
}

export function parseCompareSearch(raw: Record<string, unknown>): CompareSearch {
  return {
    ...(typeof raw.before === "string" ? { before: raw.before } : {}),
    ...(typeof raw.after === "string" ? { after: raw.after } : {}),
  };
}

/** Which two of the snapshots, newest first, an address means. An unknown one stays: the server says so. */
export function pairOf(
  snapshots: readonly Snapshot[],
  search: CompareSearch,
): Required<CompareSearch> | undefined {
  const after = search.after ?? snapshots.find(({ id }) => id !== search.before)?.id;
  const older = snapshots.slice(snapshots.findIndex(({ id }) => id === after) + 1);
  const before = search.before ?? (older[0] ?? snapshots.find(({ id }) => id !== after))?.id;
  return after && before ? { before, after } : undefined;
}
