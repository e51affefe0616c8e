import { lazyRouteComponent } from "@tanstack/react-router";

/** Where to go after signing in; only addresses of this console. */
export interface SignInSearch {
  next?: string;
}

const HERE = "https://console.invalid";

/** Read as browsers read it: `//host`, `/\\host` and their like with tabs in between lead elsewhere. */
function isOwnPath(text: string): boolean {
  return text.startsWith("/") && URL.canParse(text, HERE) && new URL(text, HERE).origin === HERE;
}

export const signInRoute = {
  validateSearch: (search: Record<string, unknown>): SignInSearch => {
    const next = search.next;
    return typeof next === "string" && isOwnPath(next) ? { next } : {};
  },
  component: lazyRouteComponent(() => import("./components/SignInPage"), "SignInPage"),
};
