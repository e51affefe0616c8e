import { lazyRouteComponent } from "@tanstack/react-router";

/** The state of the library screen, as the address bar holds it. */
export interface BaselinesSearch {
  /** The import dialog is open. */
  import?: true;
}

export const baselinesRoute = {
  validateSearch: (raw: Record<string, unknown>): BaselinesSearch =>
    raw.import === true || raw.import === "true" ? { import: true } : {},
  component: lazyRouteComponent(() => import("./components/BaselinesPage"), "BaselinesPage"),
};

export const baselineRoute = {
  component: lazyRouteComponent(() => import("./components/BaselinePage"), "BaselinePage"),
};
