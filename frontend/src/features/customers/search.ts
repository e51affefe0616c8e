import type { components, paths } from "@/api/schema";

type ListQuery = NonNullable<paths["/api/v1/customers"]["get"]["parameters"]["query"]>;
export type CustomerSort = NonNullable<ListQuery["sort"]>;
export type CustomerStatus = components["schemas"]["CustomerStatus"];

const SORTS: readonly CustomerSort[] = [
  "name",
  "-name",
  "created_at",
  "-created_at",
  "last_snapshot_at",
  "-last_snapshot_at",
  "severity",
  "-severity",
];

export const STATUSES: readonly CustomerStatus[] = ["pending", "connected", "imported"];

/** The state of the customer list, as the address bar holds it. What is not set is left out of the address. */
export interface CustomerSearch {
  search?: string;
  status?: CustomerStatus;
  sort?: CustomerSort;
  /** The add dialog is open. */
  add?: true;
}

export function parseCustomerSearch(raw: Record<string, unknown>): CustomerSearch {
  const parsed: CustomerSearch = {};
  // The router reads digits in the address as a number.
  if (typeof raw.search === "string" || typeof raw.search === "number") parsed.search = String(raw.search);
  const status = STATUSES.find((each) => each === raw.status);
  if (status) parsed.status = status;
  const sort = SORTS.find((each) => each === raw.sort);
  if (sort) parsed.sort = sort;
  if (raw.add === true || raw.add === "true") parsed.add = true;
  return parsed;
}
