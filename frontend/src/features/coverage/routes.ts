import { lazyRouteComponent } from "@tanstack/react-router";
import { parseCoverageSearch } from "./search";

export const coverageRoute = {
  validateSearch: parseCoverageSearch,
  component: lazyRouteComponent(() => import("./components/CoveragePage"), "CoveragePage"),
};
