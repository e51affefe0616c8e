import type { QueryClient } from "@tanstack/react-query";
import { lazyRouteComponent } from "@tanstack/react-router";
import { customerQuery } from "@/api/customers";
import { customerListOptions, fleetOptions } from "./queries";
import { parseCustomerSearch } from "./search";

interface LoaderInput {
  context: { queryClient: QueryClient };
}

/** Loaders start what a screen asks for while its code still loads; what fails is shown by the screen. */
function listLoader({ context, deps }: LoaderInput & { deps: ReturnType<typeof parseCustomerSearch> }): void {
  void context.queryClient.prefetchQuery(fleetOptions());
  void context.queryClient.prefetchInfiniteQuery(customerListOptions(deps));
}

export const dashboardRoute = {
  validateSearch: parseCustomerSearch,
  loaderDeps: ({ search }: { search: ReturnType<typeof parseCustomerSearch> }) => search,
  loader: listLoader,
  component: lazyRouteComponent(() => import("./components/Dashboard"), "Dashboard"),
};

export const customersRoute = {
  validateSearch: parseCustomerSearch,
  loaderDeps: ({ search }: { search: ReturnType<typeof parseCustomerSearch> }) => search,
  loader: listLoader,
  component: lazyRouteComponent(() => import("./components/CustomersPage"), "CustomersPage"),
};

export const customerRoute = {
  loader: ({ context, params }: LoaderInput & { params: { customerId: string } }): void => {
    void context.queryClient.prefetchQuery(customerQuery(params.customerId));
  },
  component: lazyRouteComponent(() => import("./components/CustomerLayout"), "CustomerLayout"),
};

export const summaryRoute = {
  component: lazyRouteComponent(() => import("./components/SummaryPage"), "SummaryPage"),
};

export const settingsLayoutRoute = {
  component: lazyRouteComponent(() => import("./components/SettingsLayout"), "SettingsLayout"),
};

export const customerSettingsRoute = {
  component: lazyRouteComponent(() => import("./components/CustomerSettingsPage"), "CustomerSettingsPage"),
};
