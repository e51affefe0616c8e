import { createContext, use } from "react";
import { api } from "./client";
import type { components } from "./schema";

export type Customer = components["schemas"]["CustomerOut"];
export type Cloud = components["schemas"]["Cloud"];

export const CLOUD_LABEL: Record<Cloud, string> = {
  global: "Global",
  usgov: "US Government (GCC High)",
  usgov_dod: "US Government (DoD)",
  china: "China (21Vianet)",
  emulator: "Emulator",
};

/** One customer: what every screen about it begins with. */
export function customerQuery(id: string) {
  return api.queryOptions("get", "/api/v1/customers/{id}", { params: { path: { id } } });
}

/** The customer whose screens are open; set by the customer's layout once it is loaded. */
export const CustomerContext = createContext<Customer | null>(null);

export function useCustomer(): Customer {
  const customer = use(CustomerContext);
  if (!customer) throw new Error("a customer's screen outside the customer's layout");
  return customer;
}
