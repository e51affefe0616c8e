import type { QueryClient } from "@tanstack/react-query";
import { lazyRouteComponent } from "@tanstack/react-router";
import { reportOptions } from "./queries";
import { parseReportSearch } from "./search";

export const reportRoute = {
  validateSearch: parseReportSearch,
  loader: ({
    context,
    params,
  }: {
    context: { queryClient: QueryClient };
    params: { customerId: string };
  }): void => {
    void context.queryClient.prefetchQuery(reportOptions(params.customerId));
  },
  component: lazyRouteComponent(() => import("./components/ReportPage"), "ReportPage"),
};
