import { lazyRouteComponent } from "@tanstack/react-router";
import { parseCompareSearch } from "./search";

export const snapshotsRoute = {
  component: lazyRouteComponent(() => import("./components/SnapshotsPage"), "SnapshotsPage"),
};

export const snapshotCompareRoute = {
  validateSearch: parseCompareSearch,
  component: lazyRouteComponent(() => import("./components/ComparePage"), "ComparePage"),
};
