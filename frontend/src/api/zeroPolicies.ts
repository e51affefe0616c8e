import type { components } from "./schema";

type ZeroPolicies = components["schemas"]["ZeroPolicies"];

const TEXT: Record<ZeroPolicies, { title: string; text: string }> = {
  none_exist: {
    title: "This tenant has no Conditional Access policies",
    text: "It is licensed for them, and the import could read them: there are none. Anybody with a password can sign in unless something else asks for more.",
  },
  security_defaults_on: {
    title: "Security defaults are on instead of Conditional Access",
    text: "The tenant has no policies. Security defaults ask everybody for MFA; they must be turned off before the first policy can be turned on.",
  },
  not_licensed: {
    title: "This tenant has no licence for Conditional Access",
    text: "Conditional Access needs Entra ID P1. Without it, security defaults are what Entra offers.",
  },
};

/** Why an import found no policies, in words. */
export function zeroPoliciesText(reason: ZeroPolicies): { title: string; text: string } {
  return TEXT[reason];
}
