import { lazyRouteComponent } from "@tanstack/react-router";

export const guideRoute = {
  component: lazyRouteComponent(() => import("./components/GuidePage"), "GuidePage"),
};
