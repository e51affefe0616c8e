import type { QueryClient } from "@tanstack/react-query";
import { lazyRouteComponent } from "@tanstack/react-router";
import { latestImportOptions } from "./queries";

export const importRoute = {
  loader: ({
    context,
    params,
  }: {
    context: { queryClient: QueryClient };
    params: { customerId: string };
  }): void => {
    void context.queryClient.prefetchQuery(latestImportOptions(params.customerId));
  },
  component: lazyRouteComponent(() => import("./components/ImportPage"), "ImportPage"),
};
