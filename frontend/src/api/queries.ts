import { type Query, QueryClient } from "@tanstack/react-query";
import { isPassing } from "./problems";

/** Keys are what openapi-react-query makes them: method, path template, parameters. */
type Key = readonly [method?: string, path?: string, init?: { params?: { path?: Record<string, unknown> } }];

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // What the browser takes for being offline says nothing of a server in the same building: ask, and tell what fails.
      queries: {
        networkMode: "always",
        staleTime: 15_000,
        retry: (failures, error) => failures < 2 && isPassing(error),
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}

function pathOf(query: Query): string {
  return (query.queryKey as Key)[1] ?? "";
}

/** Everything shown about one customer, and the lists and figures that include it. */
export function invalidateCustomer(client: QueryClient, customerId: string): Promise<void> {
  return client.invalidateQueries({
    predicate: (query) => {
      const [, path = "", init] = query.queryKey as Key;
      if (path === "/api/v1/customers" || path === "/api/v1/fleet") return true;
      return path.startsWith("/api/v1/customers/") && init?.params?.path?.id === customerId;
    },
  });
}

/** The fleet's lists and figures. */
export function invalidateFleet(client: QueryClient): Promise<void> {
  return client.invalidateQueries({
    predicate: (query) => pathOf(query) === "/api/v1/customers" || pathOf(query) === "/api/v1/fleet",
  });
}

/** All queries whose path starts so. */
export function invalidatePath(client: QueryClient, prefix: string): Promise<void> {
  return client.invalidateQueries({ predicate: (query) => pathOf(query).startsWith(prefix) });
}
