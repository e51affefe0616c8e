import { lazyRouteComponent } from "@tanstack/react-router";

export const snapshotsRoute = {
  component: lazyRouteComponent(() => import("./components/SnapshotsPage"), "SnapshotsPage"),
};
