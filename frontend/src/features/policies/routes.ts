import { lazyRouteComponent } from "@tanstack/react-router";
import { parsePolicySearch } from "./search";

export const policiesRoute = {
  validateSearch: parsePolicySearch,
  component: lazyRouteComponent(() => import("./components/PoliciesPage"), "PoliciesPage"),
};
