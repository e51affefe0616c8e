import { lazyRouteComponent } from "@tanstack/react-router";

/** The state of the audit log, as the address bar holds it. */
export interface AuditSearch {
  search?: string | undefined;
  /** The first day, as `2026-11-29`. */
  since?: string | undefined;
}

function parseAuditSearch(raw: Record<string, unknown>): AuditSearch {
  const parsed: AuditSearch = {};
  if (typeof raw.search === "string" || typeof raw.search === "number") parsed.search = String(raw.search);
  if (typeof raw.since === "string" && /^\d{4}-\d{2}-\d{2}$/.test(raw.since)) parsed.since = raw.since;
  return parsed;
}

export const peopleRoute = {
  component: lazyRouteComponent(() => import("./components/PeoplePage"), "PeoplePage"),
};

export const apiTokensRoute = {
  component: lazyRouteComponent(() => import("./components/ApiTokensPage"), "ApiTokensPage"),
};

export const accountRoute = {
  component: lazyRouteComponent(() => import("./components/AccountPage"), "AccountPage"),
};

export const workspaceRoute = {
  component: lazyRouteComponent(() => import("./components/WorkspacePage"), "WorkspacePage"),
};

export const auditLogRoute = {
  validateSearch: parseAuditSearch,
  component: lazyRouteComponent(() => import("./components/AuditLogPage"), "AuditLogPage"),
};
