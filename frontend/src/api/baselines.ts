import { api } from "./client";
import type { components } from "./schema";

export type ComparisonBaseline = components["schemas"]["ComparisonBaselineBody"];

/** The workspace baselines that a customer can be compared with. */
export function useBaselineChoices() {
  return api.useQuery("get", "/api/v1/baselines", { params: { query: { limit: 200 } } });
}

/** The versions of a workspace baseline, the newest first. */
export function useBaselineVersions(id: string) {
  return api.useQuery("get", "/api/v1/baselines/{id}/versions", { params: { path: { id } } });
}
