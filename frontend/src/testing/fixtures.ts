/** Bodies as the API sends them; typed by the spec, so that a test can't believe in a shape that is gone. */
import type { Problem, ProblemCode } from "@/api/problems";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export const CUSTOMER_ID = "0193a5a0-0000-7000-8000-000000000001";
export const TENANT_ID = "8a4b6f0e-7f7e-4a58-9d7e-0d4c1b2a3f40";
export const CLIENT_ID = "6a1f0f0e-3c1b-4a53-9d51-0a0f6b1f2c3d";

export function sessionOf(role: Schemas["Role"]): Schemas["SessionOut"] {
  return {
    access_token: `token-of-${role}`,
    token_type: "Bearer",
    expires_in: 900,
    user: {
      kind: "user",
      id: "0193a5a0-0000-7000-8000-0000000000aa",
      display_name: "Robin Example",
      email: "robin@msp.example",
      role,
      second_factor_required: false,
      msp: { id: "0193a5a0-0000-7000-8000-0000000000bb", name: "Example MSP" },
      clouds: ["global", "usgov"],
    },
  };
}

export function customer(change: Partial<Schemas["CustomerOut"]> = {}): Schemas["CustomerOut"] {
  return {
    id: CUSTOMER_ID,
    display_name: "Contoso Ltd.",
    cloud: "global",
    status: "pending",
    next_step: "connect",
    tenant: null,
    counts: null,
    licences: null,
    zero_policies: null,
    comparison_baseline: null,
    connected: false,
    secret_expires_at: null,
    running_import_id: null,
    last_snapshot_at: null,
    last_error: null,
    created_at: "2026-11-01T08:00:00Z",
    version: 1,
    ...change,
  };
}

export function connectedCustomer(change: Partial<Schemas["CustomerOut"]> = {}): Schemas["CustomerOut"] {
  return customer({
    status: "connected",
    next_step: "import",
    connected: true,
    tenant: { tenant_id: TENANT_ID, display_name: "Contoso", default_domain: "contoso.example" },
    ...change,
  });
}

export function importedCustomer(change: Partial<Schemas["CustomerOut"]> = {}): Schemas["CustomerOut"] {
  return connectedCustomer({
    status: "imported",
    next_step: "summary",
    counts: {
      policies: { total: 10, enabled: 7, report_only: 2, disabled: 1 },
      findings: { critical: 1, high: 2, medium: 0, low: 3, info: 0 },
    },
    licences: { entra_id_p1: true, entra_id_p2: false, intune: true, workload_id: false },
    comparison_baseline: { kind: "imported_snapshot" },
    last_snapshot_at: "2026-11-20T08:00:00Z",
    ...change,
  });
}

export function fleet(): Schemas["FleetOut"] {
  return {
    customers: { total: 6, pending: 1, connected: 2, imported: 3 },
    findings: { critical: 1, high: 2, medium: 0, low: 3, info: 0 },
    policies: { total: 10, enabled: 7, report_only: 2, disabled: 1 },
    imports_running: 0,
    secrets_expiring: 1,
    secrets_expired: 0,
    customers_with_errors: 0,
  };
}

export function connection(change: Partial<Schemas["ConnectionOut"]> = {}): Schemas["ConnectionOut"] {
  return {
    connected: false,
    client_id: null,
    app_display_name: null,
    tenant: null,
    permissions: [
      {
        name: "Policy.Read.All",
        app_role_id: "246dd0d5-5bd0-4def-940b-0421030a5b68",
        required: true,
        granted: null,
        purpose: "Reads Conditional Access policies.",
        without: "Nothing can be imported.",
      },
      {
        name: "AuditLog.Read.All",
        app_role_id: "b0afded3-3588-46d8-8b3d-9842eff778da",
        required: false,
        granted: null,
        purpose: "Reads who changed a policy.",
        without: "Changes are detected, but not who made them.",
      },
    ],
    surplus_permissions: [],
    secret_expires_at: null,
    verified_at: null,
    updated_at: null,
    setup: {
      app_name: "Policytab",
      portal_url: "https://entra.example",
      graph_app_id: "00000003-0000-0000-c000-000000000000",
      cloud_shell_script: "az ad app create",
    },
    ...change,
  };
}

const STEPS: Schemas["ImportStep"][] = [
  "token",
  "organization",
  "licences",
  "policies",
  "named_locations",
  "authentication_strengths",
  "referenced_objects",
  "snapshot",
  "co_managed_baseline",
  "comparison",
  "report",
];

/** An import whose steps before `at` are done, and which is or ended there. */
export function importAt(
  at: Schemas["ImportStep"] | undefined,
  change: Partial<Schemas["ImportOut"]> = {},
): Schemas["ImportOut"] {
  const index = at ? STEPS.indexOf(at) : STEPS.length;
  const state = change.state ?? (at ? "running" : "succeeded");
  return {
    id: "0193a5a0-0000-7000-8000-000000000100",
    customer_id: CUSTOMER_ID,
    state,
    comparison_baseline: { kind: "imported_snapshot" },
    steps: STEPS.map((name, position): Schemas["ImportStepOut"] => {
      const counts: Record<string, number> = {};
      if (name === "policies" && position < index) counts.policies = 12;
      return {
        name,
        state:
          position === index
            ? state === "failed"
              ? "failed"
              : "running"
            : position < index
              ? "succeeded"
              : "pending",
        started_at: position <= index ? "2026-11-20T08:00:00Z" : null,
        finished_at: position < index ? "2026-11-20T08:00:02Z" : null,
        counts,
        error: null,
      };
    }),
    error: null,
    snapshot_id: at ? null : "0193a5a0-0000-7000-8000-000000000200",
    zero_policies: null,
    attempts: 1,
    created_at: "2026-11-20T08:00:00Z",
    started_at: "2026-11-20T08:00:00Z",
    finished_at: at ? null : "2026-11-20T08:00:22Z",
    ...change,
  };
}

export function finding(change: Partial<Schemas["FindingOut"]> = {}): Schemas["FindingOut"] {
  return {
    id: "f1",
    fingerprint: "882bc7d2cdc67b40deaf9832",
    status: "open",
    acceptance: null,
    severity: "high",
    severity_reason: "It covers all users.",
    kind: "changed",
    source: "comparison_baseline",
    title: "Require MFA for all users protects less",
    baseline_policy: { id: "p1", display_name: "Require MFA for all users", state: "enabled" },
    live_policies: [{ id: "p2", display_name: "Require MFA", state: "enabled" }],
    share: null,
    regions: [],
    check: null,
    witness: null,
    witness_text: null,
    people_exposed: null,
    conditions: [],
    near_misses: [],
    user_impact: null,
    effort: null,
    not_licensed: [],
    cause: "The live policy leaves a group out.",
    remedy: "Remove the exclusion.",
    frameworks: ["CIS 5.2.2.1"],
    diff: [
      {
        field: "conditions.users.excludeGroups",
        label: "Excluded groups",
        baseline: ["Break glass"],
        live: ["Break glass", "Contractors"],
        direction: "weaker",
      },
    ],
    ...change,
  };
}

/** A gap as the coverage engine finds it, with everything that a finding can tell. */
export function gap(change: Partial<Schemas["FindingOut"]> = {}): Schemas["FindingOut"] {
  return finding({
    id: "f3",
    severity: "medium",
    severity_reason: "critical: multifactor authentication; 1 lower: for some groups or users; makes high",
    kind: "gap",
    title: 'Open in part: multifactor authentication ("Require MFA for everyone")',
    share: 0.079,
    regions: [
      "members of Sales · everything except Office 365 — without multifactor authentication",
      "guests · all apps — without multifactor authentication",
    ],
    witness: {
      user: { id: "0193a5a0-0000-7000-8000-000000000401", type: "member" },
      application: "00000002-0000-0ff1-ce00-000000000000",
      client_app: "browser",
    },
    witness_text:
      "A member of Sales in a browser on Windows signs in to Exchange Online without multifactor authentication.",
    people_exposed: 12,
    conditions: ["Some of the memberships named could not be read."],
    near_misses: [
      {
        policy: {
          id: "0193a5a0-0000-7000-8000-000000000501",
          display_name: "Require MFA",
          state: "enabledForReportingButNotEnforced",
        },
        lacks: "is report-only, so it enforces nothing",
      },
    ],
    user_impact: "medium",
    effort: "low",
    not_licensed: ["Microsoft Entra ID P2"],
    frameworks: [
      "CIS Microsoft 365 7.0.0 5.2.2.2",
      "CISA SCuBA v1 MS.AAD.3.2v2 (BOD 25-01)",
      "MITRE ATT&CK as mapped by SCuBA T1110.001",
    ],
    ...change,
  });
}

/** An acceptance that holds until long after any test. */
export function acceptance(change: Partial<Schemas["Acceptance"]> = {}): Schemas["Acceptance"] {
  return {
    reason: "Replaced by the new MDM in March.",
    owner: "IT lead of Contoso",
    expires_at: "2099-03-01T12:00:00Z",
    accepted_by: "Robin Example",
    accepted_at: "2026-11-20T09:00:00Z",
    ended: null,
    ...change,
  };
}

export function check(change: Partial<Schemas["CheckResult"]> = {}): Schemas["CheckResult"] {
  return {
    id: "legacy-authentication",
    family: "LEGACY",
    title: "Legacy authentication is blocked",
    status: "met",
    detail: '"Block legacy authentication" blocks it everywhere.',
    frameworks: ["CIS Microsoft 365 7.0.0 5.2.2.3"],
    finding_id: null,
    ...change,
  };
}

export function report(
  findings: Schemas["FindingOut"][],
  change: Partial<Schemas["ReportOut"]> = {},
): Schemas["ReportOut"] {
  const summary = { critical: 0, high: 0, medium: 0, low: 0, info: 0, accepted: 0 };
  for (const each of findings) summary[each.status === "accepted" ? "accepted" : each.severity] += 1;
  return {
    id: "0193a5a0-0000-7000-8000-000000000300",
    customer_id: CUSTOMER_ID,
    snapshot_id: "0193a5a0-0000-7000-8000-000000000200",
    snapshot_taken_at: "2026-11-20T08:00:00Z",
    created_at: "2026-11-20T08:00:22Z",
    comparison_baseline: { kind: "imported_snapshot" },
    comparison_baseline_name: "Imported snapshot",
    summary,
    findings,
    pairs: [],
    checks: [],
    notice: null,
    zero_policies: null,
    ...change,
  };
}

const GROUP_ID = "0193a5a0-0000-7000-8000-000000000601";

export function binding(change: Partial<Schemas["Binding"]> = {}): Schemas["Binding"] {
  return {
    kind: "group",
    reference: "<Emergency access>",
    name: null,
    used_by: [{ policy: "b1", display_name: "Require MFA for all users", use: "exclude" }],
    state: "suggested",
    live: [{ kind: "group", id: GROUP_ID, name: "CA-BreakGlass" }],
    basis: "emergency_access",
    assumption: true,
    reason: "nearly all policies leave it out",
    alternatives: [
      {
        live: [{ kind: "group", id: "0193a5a0-0000-7000-8000-000000000602", name: "Emergency team" }],
        basis: "similar_name",
        confidence: "low",
        reason: "the name is similar",
      },
    ],
    ...change,
  };
}

export function emergencyObject(
  change: Partial<Schemas["EmergencyObject"]> = {},
): Schemas["EmergencyObject"] {
  return {
    kind: "group",
    id: GROUP_ID,
    name: "CA-BreakGlass",
    standing: "recognised",
    telling_name: true,
    members: 2,
    member_ids: ["0193a5a0-0000-7000-8000-000000000701", "0193a5a0-0000-7000-8000-000000000702"],
    excluded_from: 9,
    of: 10,
    blocked_by: [],
    asked_by: [{ id: "p1", display_name: "Require MFA for admins", state: "enabled" }],
    ...change,
  };
}

export function snapshot(change: Partial<Schemas["SnapshotOut"]> = {}): Schemas["SnapshotOut"] {
  return {
    id: "0193a5a0-0000-7000-8000-000000000200",
    customer_id: CUSTOMER_ID,
    import_id: "0193a5a0-0000-7000-8000-000000000100",
    taken_at: "2026-11-20T08:00:00Z",
    policies: { total: 10, enabled: 7, report_only: 2, disabled: 1 },
    security_defaults: false,
    ...change,
  };
}

export function comparison(
  change: Partial<Schemas["SnapshotComparison"]> = {},
): Schemas["SnapshotComparison"] {
  return {
    before: snapshot({ id: "s1", taken_at: "2026-11-01T08:00:00Z" }),
    after: snapshot({ id: "s2" }),
    direction: "neutral",
    lost: [],
    gained: [],
    security_defaults: null,
    added: [],
    removed: [],
    changed: [],
    unchanged: 10,
    objects: [],
    ...change,
  };
}

export function shift(change: Partial<Schemas["DriftShift"]> = {}): Schemas["DriftShift"] {
  return {
    policy: { id: "p1", display_name: "Require MFA for everyone", state: "enabled" },
    share: 0.12,
    regions: [{ text: "members of Sales · all apps", share: 0.12, missing: ["multifactor authentication"] }],
    witness: null,
    witness_text: "A member of Sales signs in to Exchange Online without multifactor authentication.",
    only_emergency: false,
    conditions: [],
    not_decided: null,
    ...change,
  };
}

export function problem(code: ProblemCode, change: Partial<Problem> = {}): Problem {
  return {
    type: `/problems/${code}`,
    title: code,
    status: 422,
    detail: "",
    code,
    remedy: "",
    ...change,
  };
}

/** A policy as a snapshot has it, readable and raw. */
export function policy(change: Partial<Schemas["PolicyOut"]> = {}): Schemas["PolicyOut"] {
  return {
    id: "0193a5a0-0000-7000-8000-000000000501",
    display_name: "Require MFA",
    state: "enabled",
    beta_only: false,
    sentence: "Everyone must use multifactor authentication to sign in to any app.",
    who: ["All users"],
    what: ["All resources"],
    when: [],
    then: ["Require Multifactor authentication"],
    warnings: [],
    body: {},
    ...change,
  };
}
