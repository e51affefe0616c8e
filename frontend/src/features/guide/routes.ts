import { lazyRouteComponent } from "@tanstack/react-router";

/** What is looked for in the whole guide. */
export interface GuideSearch {
  search?: string;
}

export const guideRoute = {
  validateSearch: (raw: Record<string, unknown>): GuideSearch =>
    (typeof raw.search === "string" && raw.search) || typeof raw.search === "number"
      ? { search: String(raw.search) }
      : {},
  component: lazyRouteComponent(() => import("./components/GuidePage"), "GuidePage"),
};
