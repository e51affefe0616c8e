import { lazyRouteComponent } from "@tanstack/react-router";

/** The state of the library screen, as the address bar holds it. */
export interface BaselinesSearch {
  /** The import dialog that is open. */
  import?: "files" | "github";
}

export const baselinesRoute = {
  validateSearch: (raw: Record<string, unknown>): BaselinesSearch =>
    raw.import === "files" || raw.import === "github" ? { import: raw.import } : {},
  component: lazyRouteComponent(() => import("./components/BaselinesPage"), "BaselinesPage"),
};

export const baselineRoute = {
  component: lazyRouteComponent(() => import("./components/BaselinePage"), "BaselinePage"),
};
