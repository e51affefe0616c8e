import type { Customer } from "@/api/customers";

export type Section =
  "summary" | "report" | "coverage" | "policies" | "snapshots" | "connection" | "import" | "settings";

export const SECTION_LABEL: Record<Section, string> = {
  summary: "Summary",
  report: "Report",
  coverage: "Coverage",
  policies: "Policies",
  snapshots: "Snapshots",
  connection: "Graph connection",
  import: "Import & baseline",
  settings: "Customer settings",
};

/** What a customer's navigation offers: it follows the state, so that nothing leads to an empty screen. */
export function sectionsOf(status: Customer["status"]): readonly Section[] {
  switch (status) {
    case "pending":
      return ["connection", "settings"];
    case "connected":
      return ["connection", "import", "settings"];
    case "imported":
      return ["summary", "report", "coverage", "policies", "snapshots", "connection", "import", "settings"];
  }
}
