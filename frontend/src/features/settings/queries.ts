import { infiniteQueryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, http, ifMatch } from "@/api/client";
import type { Problem } from "@/api/problems";
import { invalidatePath } from "@/api/queries";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];
export type Person = Schemas["UserOut"];
export type ApiToken = Schemas["ApiTokenOut"];
export type AuditEntry = Schemas["AuditOut"];

const USERS = "/api/v1/users";
const TOKENS = "/api/v1/api-tokens";

export function usePeople() {
  return api.useQuery("get", USERS, { params: { query: { limit: 200 } } });
}

export function usePersonCreate() {
  const client = useQueryClient();
  return useMutation<Person, Problem, Schemas["UserCreate"]>({
    // The variables hold the first password.
    gcTime: 0,
    mutationFn: async (body) => {
      const { data, error } = await http.POST(USERS, { body });
      if (error) throw error;
      return data;
    },
    onSuccess: () => invalidatePath(client, USERS),
  });
}

export function usePersonUpdate(person: Person) {
  const client = useQueryClient();
  return useMutation<Person, Problem, Schemas["UserUpdate"]>({
    gcTime: 0,
    mutationFn: async (body) => {
      const { data, error } = await http.PATCH("/api/v1/users/{id}", {
        params: { path: { id: person.id }, header: { "If-Match": ifMatch(person.version) } },
        body,
      });
      if (error) throw error;
      return data;
    },
    onSettled: () => invalidatePath(client, USERS),
  });
}

export function usePersonDelete(person: Person) {
  const client = useQueryClient();
  return useMutation<void, Problem, void>({
    mutationFn: async () => {
      const { error } = await http.DELETE("/api/v1/users/{id}", {
        params: { path: { id: person.id } },
      });
      if (error) throw error;
    },
    onSuccess: () => invalidatePath(client, USERS),
  });
}

/** Removes a person's second factor; it ends their sessions too. */
export function useFactorReset(person: Person) {
  const client = useQueryClient();
  return useMutation<void, Problem, void>({
    mutationFn: async () => {
      const { error } = await http.DELETE("/api/v1/users/{id}/second-factor", {
        params: { path: { id: person.id } },
      });
      if (error) throw error;
    },
    onSettled: () => invalidatePath(client, USERS),
  });
}

/** Ends all sessions of a person. */
export function useSessionsEnd(person: Person) {
  return useMutation<void, Problem, void>({
    mutationFn: async () => {
      const { error } = await http.DELETE("/api/v1/users/{id}/sessions", {
        params: { path: { id: person.id } },
      });
      if (error) throw error;
    },
  });
}

export function useApiTokens() {
  return api.useQuery("get", TOKENS, { params: { query: { limit: 200 } } });
}

export function useApiTokenCreate() {
  const client = useQueryClient();
  return useMutation<Schemas["ApiTokenCreated"], Problem, Schemas["ApiTokenCreate"]>({
    // The answer holds the token, which is shown once.
    gcTime: 0,
    mutationFn: async (body) => {
      const { data, error } = await http.POST(TOKENS, { body });
      if (error) throw error;
      return data;
    },
    onSuccess: () => invalidatePath(client, TOKENS),
  });
}

export function useApiTokenDelete() {
  const client = useQueryClient();
  return useMutation<void, Problem, string>({
    mutationFn: async (id) => {
      const { error } = await http.DELETE("/api/v1/api-tokens/{id}", { params: { path: { id } } });
      if (error) throw error;
    },
    onSuccess: () => invalidatePath(client, TOKENS),
  });
}

/** Which entries of the audit log. */
export interface AuditFilter {
  search?: string;
  since?: string;
}

/** The entries as a table for a spreadsheet. */
export function useAuditExport() {
  return useMutation<Blob, Problem, AuditFilter>({
    mutationFn: async (query) => {
      const { data, error } = await http.GET("/api/v1/audit/export", {
        params: { query },
        parseAs: "blob",
      });
      if (error) throw error;
      return data;
    },
  });
}

export function auditOptions(filter: AuditFilter) {
  return infiniteQueryOptions<
    Schemas["AuditPage"],
    Problem,
    { pages: Schemas["AuditPage"][]; pageParams: (string | undefined)[] },
    readonly unknown[],
    string | undefined
  >({
    queryKey: ["get", "/api/v1/audit", { pages: true, ...filter }],
    initialPageParam: undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    queryFn: async ({ pageParam, signal }) => {
      const { data, error } = await http.GET("/api/v1/audit", {
        params: { query: { limit: 100, ...filter, ...(pageParam ? { cursor: pageParam } : {}) } },
        signal,
      });
      if (error) throw error;
      return data;
    },
  });
}
