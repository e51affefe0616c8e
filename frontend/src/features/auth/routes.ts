import { lazyRouteComponent } from "@tanstack/react-router";

/** Where to go after signing in; only addresses of this console. */
export interface SignInSearch {
  next?: string | undefined;
}

const HERE = "https://console.invalid";

/** Read as browsers read it: `//host`, `/\\host` and their like with tabs in between lead elsewhere. */
function isOwnPath(text: string): boolean {
  return text.startsWith("/") && URL.canParse(text, HERE) && new URL(text, HERE).origin === HERE;
}

export const signInRoute = {
  validateSearch: (search: Record<string, unknown>): SignInSearch => {
    const next = search.next;
    // Said to be absent: the router keeps what this leaves out as the address had it.
    return { next: typeof next === "string" && isOwnPath(next) ? next : undefined };
  },
  component: lazyRouteComponent(() => import("./components/SignInPage"), "SignInPage"),
};
