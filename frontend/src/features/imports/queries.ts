import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, http } from "@/api/client";
import type { ComparisonBaseline } from "@/api/baselines";
import type { Problem } from "@/api/problems";
import { invalidateCustomer } from "@/api/queries";
import type { components } from "@/api/schema";

export type Import = components["schemas"]["ImportOut"];
export type ImportStep = components["schemas"]["ImportStepOut"];
/** Events say at once that something changed; this is the pace when one is lost. */
const RUNNING_POLL_MS = 2_000;

/** The newest import of a customer, as a page of one. */
export function latestImportOptions(customerId: string) {
  return api.queryOptions("get", "/api/v1/customers/{id}/imports", {
    params: { path: { id: customerId }, query: { limit: 1 } },
  });
}

export function isUnderWay(run: Import | undefined): boolean {
  return run?.state === "queued" || run?.state === "running";
}

export function useLatestImport(customerId: string) {
  return useQuery({
    ...latestImportOptions(customerId),
    refetchInterval: (query) => (isUnderWay(query.state.data?.items[0]) ? RUNNING_POLL_MS : false),
  });
}

export function useImportStart(customerId: string) {
  const client = useQueryClient();
  // Without a choice, the customer stays compared with what it is compared with now.
  return useMutation<Import, Problem, ComparisonBaseline | undefined>({
    mutationFn: async (comparison_baseline) => {
      const { data, error } = await http.POST("/api/v1/customers/{id}/import", {
        params: { path: { id: customerId } },
        body: comparison_baseline ? { comparison_baseline } : {},
      });
      if (error) throw error;
      return data;
    },
    onSuccess: async (started) => {
      const { queryKey } = latestImportOptions(customerId);
      client.setQueryData(queryKey, { items: [started], next_cursor: null });
      await invalidateCustomer(client, customerId);
    },
  });
}
