/** One's own account, and the workspace. What holds a secret is forgotten as soon as it is shown. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, http, ifMatch } from "@/api/client";
import type { Problem } from "@/api/problems";
import { invalidatePath } from "@/api/queries";
import type { components } from "@/api/schema";
import { refreshSession, sessionGone } from "@/api/session";

type Schemas = components["schemas"];
export type SecondFactor = Schemas["SecondFactorOut"];
export type OwnSession = Schemas["OwnSessionOut"];
export type Workspace = Schemas["WorkspaceOut"];
export type Enrolment = Schemas["EnrolmentOut"];
type Proof = Schemas["ProofIn"];

const FACTOR = "/api/v1/me/second-factor";
const SESSIONS = "/api/v1/me/sessions";
const WORKSPACE = "/api/v1/workspace";

export function useSecondFactor() {
  return api.useQuery("get", FACTOR);
}

export function useFactorBegin() {
  return useMutation<Enrolment, Problem, string>({
    gcTime: 0,
    mutationFn: async (password) => {
      const { data, error } = await http.POST(FACTOR, { body: { password } });
      if (error) throw error;
      return data;
    },
  });
}

export function useFactorConfirm() {
  const client = useQueryClient();
  return useMutation<string[], Problem, string>({
    gcTime: 0,
    mutationFn: async (code) => {
      const { data, error } = await http.POST(`${FACTOR}/confirm`, { body: { code } });
      if (error) throw error;
      return data.recovery_codes;
    },
    onSuccess: () => invalidatePath(client, "/api/v1/me/"),
  });
}

export function useFactorRemove() {
  const client = useQueryClient();
  return useMutation<void, Problem, Proof>({
    gcTime: 0,
    mutationFn: async (body) => {
      const { error } = await http.DELETE(FACTOR, { body });
      if (error) throw error;
    },
    onSuccess: async () => {
      await invalidatePath(client, FACTOR);
      // Where the workspace requires one, the next has to be set up first.
      await refreshSession();
    },
  });
}

export function useCodesRenew() {
  const client = useQueryClient();
  return useMutation<string[], Problem, Proof>({
    gcTime: 0,
    mutationFn: async (body) => {
      const { data, error } = await http.POST(`${FACTOR}/recovery-codes`, { body });
      if (error) throw error;
      return data.recovery_codes;
    },
    onSuccess: () => invalidatePath(client, FACTOR),
  });
}

export function useOwnSessions() {
  return api.useQuery("get", SESSIONS);
}

/** Ends one session, or all but this one. */
export function useSessionEnd() {
  const client = useQueryClient();
  return useMutation<void, Problem, string | undefined>({
    mutationFn: async (id) => {
      const { error } = id
        ? await http.DELETE(`${SESSIONS}/{id}`, { params: { path: { id } } })
        : await http.DELETE(SESSIONS);
      if (error) throw error;
    },
    onSettled: () => invalidatePath(client, SESSIONS),
  });
}

export function usePasswordChange() {
  const client = useQueryClient();
  return useMutation<void, Problem, Schemas["PasswordChange"]>({
    gcTime: 0,
    mutationFn: async (body) => {
      const { error } = await http.PUT("/api/v1/me/password", { body });
      if (error) throw error;
    },
    onSuccess: () => invalidatePath(client, SESSIONS),
  });
}

export function useWorkspace() {
  return api.useQuery("get", WORKSPACE);
}

export function useWorkspaceUpdate(version: number) {
  const client = useQueryClient();
  return useMutation<Workspace, Problem, Schemas["WorkspaceUpdate"]>({
    mutationFn: async (body) => {
      const { data, error } = await http.PATCH(WORKSPACE, {
        params: { header: { "If-Match": ifMatch(version) } },
        body,
      });
      if (error) throw error;
      return data;
    },
    onSuccess: async (_, body) => {
      // The name stands in the bar above as well.
      if (body.display_name) await refreshSession();
    },
    onSettled: () => invalidatePath(client, WORKSPACE),
  });
}

export function useWorkspaceDelete() {
  return useMutation<void, Problem, string>({
    mutationFn: async (display_name) => {
      const { error } = await http.DELETE(WORKSPACE, { body: { display_name } });
      if (error) throw error;
    },
    onSuccess: sessionGone,
  });
}
