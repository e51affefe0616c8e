import { queryOptions } from "@tanstack/react-query";
import { http } from "./client";
import type { Problem } from "./problems";
import type { components } from "./schema";
import { type Tagged, tagged } from "./tagged";

export type EmergencyAccess = components["schemas"]["EmergencyAccess"];

/** Emergency access of a customer, with the tag that a change of it is based on. */
export function emergencyOptions(customerId: string) {
  return queryOptions<Tagged<EmergencyAccess>, Problem>({
    queryKey: ["get", "/api/v1/customers/{id}/emergency-access", { params: { path: { id: customerId } } }],
    queryFn: async ({ signal }) => {
      const { data, error, response } = await http.GET("/api/v1/customers/{id}/emergency-access", {
        params: { path: { id: customerId } },
        signal,
      });
      if (error) throw error;
      return tagged(data, response);
    },
  });
}
