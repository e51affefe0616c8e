import {
  type InfiniteData,
  infiniteQueryOptions,
  useInfiniteQuery,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { api, http, ifMatch } from "@/api/client";
import type { Cloud, Customer } from "@/api/customers";
import type { ComparisonBaseline } from "@/api/baselines";
import type { Problem } from "@/api/problems";
import { invalidateCustomer, invalidateFleet } from "@/api/queries";
import type { components } from "@/api/schema";
import type { CustomerSearch } from "./search";

/** A customer with how its findings went. */
export type ListedCustomer = components["schemas"]["ListedCustomerOut"];
type CustomerPage = components["schemas"]["CustomerPage"];

export function fleetOptions() {
  return api.queryOptions("get", "/api/v1/fleet");
}

const PAGE_SIZE = 200;

/** Customers page by page; worst findings first unless asked otherwise. */
export function customerListOptions({ search, status, sort }: CustomerSearch) {
  const query = {
    ...(search?.trim() ? { search: search.trim() } : {}),
    ...(status ? { status } : {}),
    sort: sort ?? ("-severity" as const),
    limit: PAGE_SIZE,
  };
  return infiniteQueryOptions<
    CustomerPage,
    Problem,
    InfiniteData<CustomerPage>,
    readonly unknown[],
    string | undefined
  >({
    queryKey: ["get", "/api/v1/customers", { params: { query }, pages: true }],
    initialPageParam: undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    queryFn: async ({ pageParam, signal }) => {
      const { data, error } = await http.GET("/api/v1/customers", {
        params: { query: { ...query, ...(pageParam ? { cursor: pageParam } : {}) } },
        signal,
      });
      if (error) throw error;
      return data;
    },
  });
}

export function useCustomerList(search: CustomerSearch) {
  return useInfiniteQuery({ ...customerListOptions(search), placeholderData: (previous) => previous });
}

export function useCustomerCreate() {
  const client = useQueryClient();
  return useMutation<Customer, Problem, { display_name: string; cloud: Cloud }>({
    mutationFn: async (body) => {
      const { data, error } = await http.POST("/api/v1/customers", { body });
      if (error) throw error;
      return data;
    },
    onSuccess: () => invalidateFleet(client),
  });
}

export function useCustomerRename(customer: Customer) {
  const client = useQueryClient();
  return useMutation<Customer, Problem, string>({
    mutationFn: async (display_name) => {
      const { data, error } = await http.PATCH("/api/v1/customers/{id}", {
        params: { path: { id: customer.id }, header: { "If-Match": ifMatch(customer.version) } },
        body: { display_name },
      });
      if (error) throw error;
      return data;
    },
    onSettled: () => invalidateCustomer(client, customer.id),
  });
}

export function useCustomerDelete(customer: Customer) {
  const client = useQueryClient();
  return useMutation<void, Problem, void>({
    mutationFn: async () => {
      const { error } = await http.DELETE("/api/v1/customers/{id}", {
        params: { path: { id: customer.id }, header: { "If-Match": ifMatch(customer.version) } },
      });
      if (error) throw error;
    },
    onSuccess: () => invalidateFleet(client),
  });
}

export function useComparisonBaselineSet(customerId: string) {
  const client = useQueryClient();
  return useMutation<ComparisonBaseline, Problem, ComparisonBaseline>({
    mutationFn: async (body) => {
      const { data, error } = await http.PUT("/api/v1/customers/{id}/comparison-baseline", {
        params: { path: { id: customerId } },
        body,
      });
      if (error) throw error;
      return data;
    },
    onSuccess: () => invalidateCustomer(client, customerId),
  });
}
