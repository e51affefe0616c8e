import { lazyRouteComponent } from "@tanstack/react-router";

/** Where to go after signing in; only addresses of this console. */
export interface SignInSearch {
  next?: string;
}

export const signInRoute = {
  validateSearch: (search: Record<string, unknown>): SignInSearch => {
    const next = search.next;
    return typeof next === "string" && /^\/(?![/\\])/.test(next) ? { next } : {};
  },
  component: lazyRouteComponent(() => import("./components/SignInPage"), "SignInPage"),
};
