import { queryOptions, useMutation } from "@tanstack/react-query";
import { http } from "@/api/client";
import type { Problem } from "@/api/problems";
import { authorizedFetch } from "@/api/session";
import type { components } from "@/api/schema";
import type { ReportSearch } from "./search";

export type Report = components["schemas"]["ReportOut"];
export type Finding = components["schemas"]["FindingOut"];
export type FieldDiff = components["schemas"]["FieldDiff"];

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
} as const;
export type Format = keyof typeof FORMATS;

/** Fetches the report as a file, with the filters of the screen, and hands it to the browser to save. */
export function useReportExport(customerId: string, fileName: string, search: ReportSearch) {
  return useMutation<void, unknown, Format>({
    mutationFn: async (format) => {
      const url = new URL(`/api/v1/customers/${customerId}/report`, location.href);
      for (const name of ["severity", "kind", "source"] as const) {
        const value = search[name];
        if (value) url.searchParams.set(name, value);
      }
      const response = await authorizedFetch(
        new Request(url, { headers: { Accept: FORMATS[format].accept } }),
      );
      if (!response.ok) throw await response.json().catch(() => new Error(`status ${response.status}`));
      save(await response.blob(), `${fileName}.${format}`);
    },
  });
}

function save(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
