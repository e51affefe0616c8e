import type { CoverageMap } from "@/api/coverage";
import type { components } from "@/api/schema";

export type Column = components["schemas"]["CoverageColumn"];

export const GROUP_LABEL: Record<Column["group"], string> = {
  apps: "Apps",
  clients: "Clients",
  platforms: "Platforms",
  locations: "Locations",
  signals: "Risk and flows",
};

/** The columns of a map with their places, group by group, in the map's order. */
export function grouped(columns: readonly Column[]): [Column["group"], [Column, number][]][] {
  const groups: [Column["group"], [Column, number][]][] = [];
  columns.forEach((column, at) => {
    const last = groups.at(-1);
    if (last && last[0] === column.group) last[1].push([column, at]);
    else groups.push([column.group, [[column, at]]]);
  });
  return groups;
}

/** The address of a cell. */
export function cellKey(persona: string, column: string): string {
  return `${persona}.${column}`;
}

/** The cell of an address, with its row and column. */
export function findCell(map: CoverageMap, key: string | undefined) {
  const [persona, column] = (key ?? "").split(".");
  const row = map.personas.findIndex((one) => one.key === persona);
  const at = map.columns.findIndex((one) => one.key === column);
  const cell = map.cells[row]?.[at];
  const [who, what] = [map.personas[row], map.columns[at]];
  return cell && who && what ? { cell, who, what } : undefined;
}
