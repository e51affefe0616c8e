import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { http } from "@/api/client";
import { type Problem, problemOf } from "@/api/problems";
import { invalidateCustomer } from "@/api/queries";
import type { components } from "@/api/schema";
import { type Tagged, basedOn, tagged } from "@/api/tagged";

export type BindingList = components["schemas"]["BindingList"];
export type Binding = components["schemas"]["Binding"];
export type BindingChoice = components["schemas"]["BindingChoice"];
export type LiveObject = components["schemas"]["LiveObject"];
export type NameKind = components["schemas"]["NameKind"];

export function bindingsOptions(customerId: string) {
  return queryOptions<Tagged<BindingList>, Problem>({
    queryKey: ["get", "/api/v1/customers/{id}/bindings", { params: { path: { id: customerId } } }],
    queryFn: async ({ signal }) => {
      const { data, error, response } = await http.GET("/api/v1/customers/{id}/bindings", {
        params: { path: { id: customerId } },
        signal,
      });
      if (error) throw error;
      return tagged(data, response);
    },
  });
}

/** Saves what references mean, all of it at once; refused when the customer is no longer what was shown. */
export function useBindingsSave(customerId: string, etag: string | undefined) {
  const client = useQueryClient();
  const options = bindingsOptions(customerId);
  return useMutation<Tagged<BindingList>, Problem, BindingChoice[]>({
    mutationFn: async (bindings) => {
      const { data, error, response } = await http.PUT("/api/v1/customers/{id}/bindings", {
        params: { path: { id: customerId }, header: basedOn(etag) },
        body: { bindings },
      });
      if (error) throw error;
      return tagged(data, response);
    },
    onSuccess: (saved) => {
      client.setQueryData(options.queryKey, saved);
      return invalidateCustomer(client, customerId);
    },
    onError: async (error) => {
      // What is true now is needed before the same change can be tried again.
      if (problemOf(error, "precondition_failed")) await client.invalidateQueries(options);
    },
  });
}
