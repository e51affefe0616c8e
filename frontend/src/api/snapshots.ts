import { api } from "./client";

/** The newest snapshot of a customer, as a page of one. */
export function latestSnapshotOptions(customerId: string) {
  return api.queryOptions("get", "/api/v1/customers/{id}/snapshots", {
    params: { path: { id: customerId }, query: { limit: 1 } },
  });
}

export function snapshotOptions(customerId: string, snapshotId: string) {
  return api.queryOptions("get", "/api/v1/customers/{id}/snapshots/{snapshot_id}", {
    params: { path: { id: customerId, snapshot_id: snapshotId } },
  });
}

export function snapshotPoliciesOptions(customerId: string, snapshotId: string) {
  return api.queryOptions("get", "/api/v1/customers/{id}/snapshots/{snapshot_id}/policies", {
    params: { path: { id: customerId, snapshot_id: snapshotId } },
  });
}

/** Two policies of a snapshot, side by side. */
export function policyComparisonOptions(
  customerId: string,
  snapshotId: string,
  first: string,
  second: string,
) {
  return api.queryOptions(
    "get",
    "/api/v1/customers/{id}/snapshots/{snapshot_id}/policies/{policy_id}/compare/{other_id}",
    { params: { path: { id: customerId, snapshot_id: snapshotId, policy_id: first, other_id: second } } },
  );
}
