import { lazyRouteComponent } from "@tanstack/react-router";

export const peopleRoute = {
  component: lazyRouteComponent(() => import("./components/PeoplePage"), "PeoplePage"),
};

export const apiTokensRoute = {
  component: lazyRouteComponent(() => import("./components/ApiTokensPage"), "ApiTokensPage"),
};

export const auditLogRoute = {
  component: lazyRouteComponent(() => import("./components/AuditLogPage"), "AuditLogPage"),
};
