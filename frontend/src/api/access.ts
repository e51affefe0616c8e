import type { components } from "./schema";
import { useMe } from "./session";

export type Role = components["schemas"]["Role"];

/** Weakest first; each may everything that the ones before it may. */
export const ROLES: readonly Role[] = ["viewer", "operator", "admin", "owner"];

export const ROLE_LABEL: Record<Role, string> = {
  viewer: "Viewer",
  operator: "Operator",
  admin: "Admin",
  owner: "Owner",
};

export function covers(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** Whether the person who is signed in has at least this role. Hides what would be refused; the server decides. */
export function useHasRole(needed: Role): boolean {
  const me = useMe();
  return me !== undefined && covers(me.role, needed);
}
