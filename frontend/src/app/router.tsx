/** The table of routes: every address of the console, and what it needs to be shown. */
import type { QueryClient } from "@tanstack/react-query";
import {
  type RouterHistory,
  createRootRouteWithContext,
  createRoute,
  createRouter,
  redirect,
} from "@tanstack/react-router";
import { api } from "@/api/client";
import { ensureSession } from "@/api/session";
import { signInRoute as signIn } from "@/features/auth/routes";
import { baselineRoute as baseline, baselinesRoute as baselines } from "@/features/baselines/routes";
import { bindingsRoute as bindings } from "@/features/bindings/routes";
import { connectionRoute as connection } from "@/features/connect/routes";
import { coverageRoute as coverage } from "@/features/coverage/routes";
import {
  customerRoute as customer,
  customerSettingsRoute as customerSettings,
  customersRoute as customers,
  dashboardRoute as dashboard,
  settingsLayoutRoute as settingsLayout,
  summaryRoute as summary,
} from "@/features/customers/routes";
import { emergencyRoute as emergency } from "@/features/emergency/routes";
import { guideRoute as guide } from "@/features/guide/routes";
import { importRoute as imports } from "@/features/imports/routes";
import { policiesRoute as policies } from "@/features/policies/routes";
import { reportRoute as report } from "@/features/reports/routes";
import {
  accountRoute as account,
  apiTokensRoute as apiTokens,
  auditLogRoute as auditLog,
  peopleRoute as people,
  workspaceRoute as workspace,
} from "@/features/settings/routes";
import {
  snapshotCompareRoute as snapshotCompare,
  snapshotsRoute as snapshots,
} from "@/features/snapshots/routes";
import { BrokenScreen, NotFoundScreen, PendingScreen } from "./Screens";
import { Shell } from "./Shell";
import { nextStepPath } from "@/lib/nextStep";

interface RouterContext {
  queryClient: QueryClient;
}

/** Where people look after their own account. */
const ACCOUNT = "/settings/account";

const root = createRootRouteWithContext<RouterContext>()();

const signInRoute = createRoute({ getParentRoute: () => root, path: "/sign-in", ...signIn });

const shellRoute = createRoute({
  getParentRoute: () => root,
  id: "shell",
  component: Shell,
  notFoundComponent: NotFoundScreen,
  beforeLoad: async ({ location }) => {
    const session = await ensureSession();
    // Who has to sign in again does so where they are.
    if (session.status !== "signed-in" && session.status !== "expired") {
      throw redirect({ to: "/sign-in", search: location.href === "/" ? {} : { next: location.href } });
    }
    // Everything else is refused until the second factor that the workspace requires is set up.
    if (session.user.second_factor_required && location.pathname !== ACCOUNT) {
      throw redirect({ to: ACCOUNT, replace: true });
    }
  },
});

const dashboardRoute = createRoute({ getParentRoute: () => shellRoute, path: "/", ...dashboard });
const customersRoute = createRoute({ getParentRoute: () => shellRoute, path: "/customers", ...customers });

const customerRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/customers/$customerId",
  ...customer,
});

const customerIndexRoute = createRoute({
  getParentRoute: () => customerRoute,
  path: "/",
  loader: async ({ context, params }) => {
    const { next_step } = await context.queryClient.fetchQuery(
      api.queryOptions("get", "/api/v1/customers/{id}", { params: { path: { id: params.customerId } } }),
    );
    throw redirect({ to: nextStepPath(next_step), params, replace: true });
  },
});

const connectionRoute = createRoute({
  getParentRoute: () => customerRoute,
  path: "connection",
  ...connection,
});
const importRoute = createRoute({ getParentRoute: () => customerRoute, path: "import", ...imports });
const summaryRoute = createRoute({ getParentRoute: () => customerRoute, path: "summary", ...summary });
const reportRoute = createRoute({ getParentRoute: () => customerRoute, path: "report", ...report });
const coverageRoute = createRoute({ getParentRoute: () => customerRoute, path: "coverage", ...coverage });
const policiesRoute = createRoute({ getParentRoute: () => customerRoute, path: "policies", ...policies });
const snapshotsRoute = createRoute({ getParentRoute: () => customerRoute, path: "snapshots", ...snapshots });
const snapshotCompareRoute = createRoute({
  getParentRoute: () => customerRoute,
  path: "snapshots/compare",
  ...snapshotCompare,
});
const settingsLayoutRoute = createRoute({
  getParentRoute: () => customerRoute,
  path: "settings",
  ...settingsLayout,
});
const customerSettingsRoute = createRoute({
  getParentRoute: () => settingsLayoutRoute,
  path: "/",
  ...customerSettings,
});
const bindingsRoute = createRoute({
  getParentRoute: () => settingsLayoutRoute,
  path: "bindings",
  ...bindings,
});
const emergencyRoute = createRoute({
  getParentRoute: () => settingsLayoutRoute,
  path: "emergency-access",
  ...emergency,
});

const baselinesRoute = createRoute({ getParentRoute: () => shellRoute, path: "/baselines", ...baselines });
const baselineRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/baselines/$baselineId",
  ...baseline,
});

const settingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/settings",
  beforeLoad: ({ location }) => {
    if (location.pathname === "/settings") throw redirect({ to: "/settings/people", replace: true });
  },
});
const peopleRoute = createRoute({ getParentRoute: () => settingsRoute, path: "people", ...people });
const accountRoute = createRoute({ getParentRoute: () => settingsRoute, path: "account", ...account });
const workspaceRoute = createRoute({ getParentRoute: () => settingsRoute, path: "workspace", ...workspace });
const apiTokensRoute = createRoute({ getParentRoute: () => settingsRoute, path: "api-tokens", ...apiTokens });
const auditLogRoute = createRoute({ getParentRoute: () => settingsRoute, path: "audit-log", ...auditLog });

const guideRoute = createRoute({ getParentRoute: () => shellRoute, path: "/guide/$page", ...guide });

/** Anything else, inside the console's frame. */
const nowhereRoute = createRoute({ getParentRoute: () => shellRoute, path: "$", component: NotFoundScreen });

const routeTree = root.addChildren([
  signInRoute,
  shellRoute.addChildren([
    dashboardRoute,
    customersRoute,
    customerRoute.addChildren([
      customerIndexRoute,
      connectionRoute,
      importRoute,
      summaryRoute,
      reportRoute,
      coverageRoute,
      policiesRoute,
      snapshotsRoute,
      snapshotCompareRoute,
      settingsLayoutRoute.addChildren([customerSettingsRoute, bindingsRoute, emergencyRoute]),
    ]),
    baselinesRoute,
    baselineRoute,
    settingsRoute.addChildren([accountRoute, workspaceRoute, peopleRoute, apiTokensRoute, auditLogRoute]),
    guideRoute,
    nowhereRoute,
  ]),
]);

export function makeRouter(queryClient: QueryClient, history?: RouterHistory) {
  return createRouter({
    routeTree,
    ...(history ? { history } : {}),
    context: { queryClient },
    defaultPreload: "intent",
    defaultPendingComponent: PendingScreen,
    defaultErrorComponent: BrokenScreen,
    defaultNotFoundComponent: NotFoundScreen,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
