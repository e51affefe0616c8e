import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, http, ifMatch } from "@/api/client";
import type { Problem } from "@/api/problems";
import { invalidatePath } from "@/api/queries";
import type { components } from "@/api/schema";

export type Baseline = components["schemas"]["BaselineOut"];
export type BaselineFile = components["schemas"]["BaselineFile"];
export type BaselineImport = components["schemas"]["BaselineImportOut"];
export type BaselineVersion = components["schemas"]["BaselineVersionOut"];
export type BaselineUpdate = components["schemas"]["BaselineUpdateOut"];
export type BaselinePolicy = components["schemas"]["BaselinePolicyOut"];
/** A Graph `conditionalAccessPolicy`; the description has no types for what it holds. */
export type PolicyBody = NonNullable<components["schemas"]["BaselinePolicyChange"]["policy"]>;
export type PolicyNotes = components["schemas"]["PolicyNotesBody"];
export type PolicyChanges = components["schemas"]["PolicyChangesOut"];

const PATH = "/api/v1/baselines";

export function useBaselines() {
  return api.useQuery("get", PATH, { params: { query: { limit: 200 } } });
}

export function useBaseline(id: string) {
  return api.useQuery("get", "/api/v1/baselines/{id}", { params: { path: { id } } });
}

interface FilesImport {
  name: string;
  files: BaselineFile[];
  /** Only tell what would be found. */
  preview: boolean;
}

export function useFilesImport() {
  const client = useQueryClient();
  return useMutation<BaselineImport, Problem, FilesImport>({
    mutationFn: async (body) => {
      const { data, error } = await http.POST("/api/v1/baselines/import/files", { body });
      if (error) throw error;
      return data;
    },
    onSuccess: (_, { preview }) => (preview ? undefined : invalidatePath(client, PATH)),
  });
}

/** A folder of a public repository; what is left out is the default branch, the whole repository. */
export interface GithubImport {
  name: string;
  url: string;
  ref?: string;
  folder?: string;
  /** For a private repository; never kept here. */
  token?: string;
  preview: boolean;
}

export function useGithubImport() {
  const client = useQueryClient();
  return useMutation<BaselineImport, Problem, GithubImport>({
    mutationFn: async (body) => {
      const { data, error } = await http.POST("/api/v1/baselines/import/github", { body });
      if (error) throw error;
      return data;
    },
    onSuccess: (_, { preview }) => (preview ? undefined : invalidatePath(client, PATH)),
  });
}

export function useBaselineRename(baseline: Baseline) {
  const client = useQueryClient();
  return useMutation<Baseline, Problem, string>({
    mutationFn: async (name) => {
      const { data, error } = await http.PATCH("/api/v1/baselines/{id}", {
        params: { path: { id: baseline.id }, header: { "If-Match": ifMatch(baseline.version) } },
        body: { name },
      });
      if (error) throw error;
      return data;
    },
    onSettled: () => invalidatePath(client, PATH),
  });
}

export function useBaselineDelete(baseline: Baseline) {
  const client = useQueryClient();
  return useMutation<void, Problem, void>({
    mutationFn: async () => {
      const { error } = await http.DELETE("/api/v1/baselines/{id}", {
        params: { path: { id: baseline.id } },
      });
      if (error) throw error;
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["get", PATH] }),
  });
}

/** The versions of a baseline, the newest first. */
export function useVersions(id: string) {
  return api.useQuery("get", "/api/v1/baselines/{id}/versions", { params: { path: { id } } });
}

/** The customers that are compared with a baseline. */
export function useFollowers(id: string) {
  return api.useQuery("get", "/api/v1/baselines/{id}/customers", { params: { path: { id } } });
}

export function useVersionComparison(id: string, number: number, other: number) {
  return api.useQuery("get", "/api/v1/baselines/{id}/versions/{number}/compare/{other}", {
    params: { path: { id, number, other } },
  });
}

/** The current version as a zip. */
export function useBaselineExport(baseline: Baseline) {
  return useMutation<Blob, Problem, void>({
    mutationFn: async () => {
      const { data, error } = await http.GET("/api/v1/baselines/{id}/versions/{number}/export", {
        params: { path: { id: baseline.id, number: baseline.current_version } },
        parseAs: "blob",
      });
      if (error) throw error;
      return data;
    },
  });
}

/** Makes an earlier version hold again, as a new one. */
export function useVersionRestore(baseline: Baseline) {
  const client = useQueryClient();
  return useMutation<Baseline, Problem, { restore: number; note: string }>({
    mutationFn: async (body) => {
      const { data, error } = await http.POST("/api/v1/baselines/{id}/versions", {
        params: { path: { id: baseline.id }, header: { "If-Match": ifMatch(baseline.version) } },
        body,
      });
      if (error) throw error;
      return data;
    },
    onSettled: () => invalidatePath(client, PATH),
  });
}

/** A policy as it is to be, and what is said of it; the policy stays as it is when it is left out. */
export interface PolicyChange {
  key: string;
  /** The baseline's version that it is based on. */
  version: number;
  policy?: PolicyBody;
  notes: PolicyNotes;
  note: string;
}

/** Changes one policy: makes a new version. */
export function usePolicyChange(id: string) {
  const client = useQueryClient();
  return useMutation<Baseline, Problem, PolicyChange>({
    mutationFn: async ({ key, version, ...body }) => {
      const { data, error } = await http.PUT("/api/v1/baselines/{id}/policies/{key}", {
        params: { path: { id, key }, header: { "If-Match": ifMatch(version) } },
        body,
      });
      if (error) throw error;
      return data;
    },
    onSettled: () => invalidatePath(client, PATH),
  });
}

/** Looks at the source: what an update would bring, or takes it over. */
export function useSourceUpdate(baseline: Baseline) {
  const client = useQueryClient();
  return useMutation<BaselineUpdate, Problem, { preview: boolean; note: string; token?: string }>({
    mutationFn: async (body) => {
      const { data, error } = await http.POST("/api/v1/baselines/{id}/update", {
        params: { path: { id: baseline.id }, header: { "If-Match": ifMatch(baseline.version) } },
        body,
      });
      if (error) throw error;
      return data;
    },
    onSettled: () => invalidatePath(client, PATH),
  });
}
