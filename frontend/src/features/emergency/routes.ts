import { lazyRouteComponent } from "@tanstack/react-router";

export const emergencyRoute = {
  component: lazyRouteComponent(() => import("./components/EmergencyPage"), "EmergencyPage"),
};
