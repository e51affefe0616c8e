import type { QueryClient } from "@tanstack/react-query";
import { lazyRouteComponent } from "@tanstack/react-router";
import { connectionOptions } from "./queries";

export const connectionRoute = {
  loader: ({
    context,
    params,
  }: {
    context: { queryClient: QueryClient };
    params: { customerId: string };
  }): void => {
    void context.queryClient.prefetchQuery(connectionOptions(params.customerId));
  },
  component: lazyRouteComponent(() => import("./components/ConnectionPage"), "ConnectionPage"),
};
