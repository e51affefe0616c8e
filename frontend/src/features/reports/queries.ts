import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { http } from "@/api/client";
import type { Problem } from "@/api/problems";
import { invalidateCustomer } from "@/api/queries";
import { authorizedFetch } from "@/api/session";
import type { components } from "@/api/schema";
import { printDocument } from "@/lib/print";
import { save } from "@/lib/save";
import type { ReportSearch } from "./search";

export type Report = components["schemas"]["ReportOut"];
export type Finding = components["schemas"]["FindingOut"];
export type Check = components["schemas"]["CheckResult"];
export type Acceptance = components["schemas"]["Acceptance"];
export type AcceptanceTerms = components["schemas"]["AcceptanceTerms"];

/** The whole report at once: it is one document, and filtering it needs no other question. */
export function reportOptions(customerId: string) {
  return queryOptions<Report, Problem>({
    queryKey: ["get", "/api/v1/customers/{id}/report", { params: { path: { id: customerId } } }],
    queryFn: async ({ signal }) => {
      const { data, error } = await http.GET("/api/v1/customers/{id}/report", {
        params: { path: { id: customerId } },
        headers: { Accept: FORMATS.json.accept },
        signal,
      });
      if (error) throw error;
      // The same address also gives text, when that is asked for.
      return data as Report;
    },
  });
}

export const FORMATS = {
  html: { label: "HTML, for printing", accept: "text/html" },
  csv: { label: "CSV", accept: "text/csv" },
  json: { label: "JSON", accept: "application/json" },
  sarif: { label: "SARIF", accept: "application/sarif+json" },
} as const;
export type Format = keyof typeof FORMATS;

/** Fetches the report in another form, with those filters of the screen that the server knows. */
async function fetchReport(customerId: string, format: Format, search: ReportSearch): Promise<Response> {
  const url = new URL(`/api/v1/customers/${customerId}/report`, location.href);
  for (const name of ["severity", "kind", "source", "status", "framework"] as const) {
    const value = search[name];
    if (value) url.searchParams.set(name, value);
  }
  const response = await authorizedFetch(new Request(url, { headers: { Accept: FORMATS[format].accept } }));
  if (!response.ok) throw await response.json().catch(() => new Error(`status ${response.status}`));
  return response;
}

/** Hands the report to the browser, to save as a file or to print. */
export function useReportExport(customerId: string, fileName: string, search: ReportSearch) {
  return useMutation<void, unknown, Format | "print">({
    mutationFn: async (to) => {
      const response = await fetchReport(customerId, to === "print" ? "html" : to, search);
      if (to === "print") printDocument(await response.text(), fileName);
      else save(await response.blob(), `${fileName}.${to}`);
    },
  });
}

export function useFindingAccept(customerId: string, findingId: string) {
  const client = useQueryClient();
  return useMutation<Finding, Problem, AcceptanceTerms>({
    mutationFn: async (body) => {
      const { data, error } = await http.PUT("/api/v1/customers/{id}/findings/{finding_id}/acceptance", {
        params: { path: { id: customerId, finding_id: findingId } },
        body,
      });
      if (error) throw error;
      return data;
    },
    onSuccess: () => invalidateCustomer(client, customerId),
  });
}

export function useFindingReopen(customerId: string, findingId: string) {
  const client = useQueryClient();
  return useMutation<void, Problem, void>({
    mutationFn: async () => {
      const { error } = await http.DELETE("/api/v1/customers/{id}/findings/{finding_id}/acceptance", {
        params: { path: { id: customerId, finding_id: findingId } },
      });
      if (error) throw error;
    },
    onSuccess: () => invalidateCustomer(client, customerId),
  });
}
