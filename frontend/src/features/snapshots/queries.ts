import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, http } from "@/api/client";
import type { Problem } from "@/api/problems";
import { invalidatePath } from "@/api/queries";
import type { components } from "@/api/schema";

export type Snapshot = components["schemas"]["SnapshotOut"];
export type Comparison = components["schemas"]["SnapshotComparison"];
export type Shift = components["schemas"]["DriftShift"];
export type PolicyRef = components["schemas"]["PolicyRef"];
export type ChangedObject = components["schemas"]["ChangedObject"];

/** The snapshots of a customer, newest first. */
export function snapshotsOptions(customerId: string) {
  return api.queryOptions("get", "/api/v1/customers/{id}/snapshots", {
    params: { path: { id: customerId }, query: { limit: 200 } },
  });
}

export function comparisonOptions(customerId: string, before: string, after: string) {
  return api.queryOptions("get", "/api/v1/customers/{id}/snapshots/{snapshot_id}/compare/{other_id}", {
    params: { path: { id: customerId, snapshot_id: before, other_id: after } },
  });
}

/** Makes a workspace baseline of a snapshot. */
export function useBaselineFromSnapshot(snapshot: Snapshot) {
  const client = useQueryClient();
  return useMutation<components["schemas"]["BaselineOut"], Problem, string>({
    mutationFn: async (name) => {
      const { data, error } = await http.POST("/api/v1/baselines/import/snapshot", {
        body: { name, customer_id: snapshot.customer_id, snapshot_id: snapshot.id },
      });
      if (error) throw error;
      return data;
    },
    onSuccess: () => invalidatePath(client, "/api/v1/baselines"),
  });
}
