import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, http } from "@/api/client";
import type { Problem } from "@/api/problems";
import { invalidateCustomer } from "@/api/queries";
import type { components } from "@/api/schema";

export type Connection = components["schemas"]["ConnectionOut"];
export type Credentials = components["schemas"]["ConnectionPut"];

export function connectionOptions(customerId: string) {
  return api.queryOptions("get", "/api/v1/customers/{id}/connect", { params: { path: { id: customerId } } });
}

/** Verifies and saves credentials; the same call rotates them. */
export function useConnectionPut(customerId: string) {
  const client = useQueryClient();
  return useMutation<Connection, Problem, Credentials>({
    // The variables hold the client secret: nothing keeps them once the answer is there.
    gcTime: 0,
    mutationFn: async (body) => {
      const { data, error } = await http.PUT("/api/v1/customers/{id}/connect", {
        params: { path: { id: customerId } },
        body,
      });
      if (error) throw error;
      return data;
    },
    onSuccess: () => invalidateCustomer(client, customerId),
  });
}

export function useConnectionTest(customerId: string) {
  const client = useQueryClient();
  return useMutation<Connection, Problem, void>({
    mutationFn: async () => {
      const { data, error } = await http.POST("/api/v1/customers/{id}/connect/test", {
        params: { path: { id: customerId } },
      });
      if (error) throw error;
      return data;
    },
    onSettled: () => invalidateCustomer(client, customerId),
  });
}
