import { lazyRouteComponent } from "@tanstack/react-router";

export const bindingsRoute = {
  component: lazyRouteComponent(() => import("./components/BindingsPage"), "BindingsPage"),
};
