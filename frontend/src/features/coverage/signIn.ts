import type { SignIn } from "@/api/Evaluation";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];
type Snapshot = Schemas["SnapshotDetailOut"];

/** What the form of What If holds; "" is what was not said. */
export interface Draft {
  who: string;
  userId: string;
  group: string;
  role: string;
  target: string;
  client: string;
  platform: string;
  place: string;
  device: string;
  signInRisk: string;
  userRisk: string;
  flow: string;
}

export type Choices = readonly (readonly [value: string, label: string])[];

export const WHO: Choices = [
  ["member", "Member"],
  ["b2bCollaborationGuest", "B2B collaboration guest"],
  ["internalGuest", "Local guest"],
  ["b2bCollaborationMember", "B2B collaboration member"],
  ["b2bDirectConnectUser", "B2B direct connect user"],
  ["otherExternalUser", "Other external user"],
  ["serviceProvider", "Service provider user"],
];

/** Roles that policies are about most often, by template id (Microsoft's list of built-in roles). */
const ROLES: Choices = [
  ["62e90394-69f5-4237-9190-012177145e10", "Global Administrator"],
  ["e8611ab8-c189-46e8-94e1-60213ab1f814", "Privileged Role Administrator"],
  ["194ae4cb-b126-40b2-bd5b-6091b380977d", "Security Administrator"],
  ["b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", "Conditional Access Administrator"],
  ["29232cdf-9323-42fd-ade2-1d097af3e4de", "Exchange Administrator"],
  ["fe930be7-5e62-47db-91af-98c3a49a38b1", "User Administrator"],
  ["729827e3-9c14-49f7-bb1b-9608f156bbb8", "Helpdesk Administrator"],
];

/** Targets by the prefix that says what they are: an app's client id, or a user action. */
const TARGETS: Choices = [
  ["app:00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online"],
  ["app:00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online"],
  ["app:cc15fd57-2c6c-4117-a88c-83b1d56b4bbe", "Microsoft Teams"],
  ["app:797f4846-ba00-4fd7-ba43-dac1f8f63013", "Azure management"],
  ["app:c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "Azure portal"],
  ["action:urn:user:registersecurityinfo", "Register security information"],
  ["action:urn:user:registerdevice", "Register or join devices"],
];

export const CLIENTS: Choices = [
  ["browser", "Browser"],
  ["mobileAppsAndDesktopClients", "Mobile app or desktop client"],
  ["exchangeActiveSync", "Exchange ActiveSync"],
  ["other", "Other legacy client"],
];

export const PLATFORMS: Choices = [
  ["windows", "Windows"],
  ["macOS", "macOS"],
  ["iOS", "iOS"],
  ["android", "Android"],
  ["linux", "Linux"],
  ["", "Unknown"],
];

export const DEVICES: Choices = [
  ["", "Not registered"],
  ["compliant", "Compliant"],
  ["hybrid", "Entra hybrid joined"],
  ["registered", "Registered, not compliant"],
];

export const RISKS: Choices = [
  ["", "None"],
  ["low", "Low"],
  ["medium", "Medium"],
  ["high", "High"],
];

export const FLOWS: Choices = [
  ["", "None"],
  ["deviceCodeFlow", "Device code flow"],
  ["authenticationTransfer", "Authentication transfer"],
];

/** What a tenant's policies name, to choose from. */
export function choicesOf(snapshot: Snapshot): {
  groups: Choices;
  roles: Choices;
  targets: Choices;
  places: Choices;
} {
  const named = (kind: Schemas["ReferenceKind"], known: Choices): Choices => [
    ...known,
    ...snapshot.references
      .filter(
        (one) => one.kind === kind && one.state !== "deleted" && !known.some(([id]) => id.endsWith(one.id)),
      )
      .map((one) => [kind === "application" ? `app:${one.id}` : one.id, one.display_name ?? one.id] as const),
  ];
  const places = snapshot.named_locations.flatMap((raw) => {
    const { id, displayName, isTrusted } = raw as { id?: string; displayName?: string; isTrusted?: boolean };
    return id ? [[`${isTrusted ? "trusted" : "place"}:${id}`, displayName ?? id] as const] : [];
  });
  return {
    groups: [["", "None"], ...named("group", [])],
    roles: [["", "None"], ...named("role", ROLES)],
    targets: named("application", TARGETS),
    places: [["", "No named location"], ...places],
  };
}

export const EMPTY: Draft = {
  who: "member",
  userId: "",
  group: "",
  role: "",
  target: "app:00000002-0000-0ff1-ce00-000000000000",
  client: "browser",
  platform: "windows",
  place: "",
  device: "",
  signInRisk: "",
  userRisk: "",
  flow: "",
};

/** The form's content as the server takes it. */
export function signInOf(draft: Draft): SignIn {
  const [place, trusted] = [draft.place.replace(/^[a-z]+:/, ""), draft.place.startsWith("trusted:")];
  const signIn = {
    user: {
      type: draft.who,
      ...(draft.userId.trim() && { id: draft.userId.trim() }),
      ...(draft.group && { groups: [draft.group] }),
      ...(draft.role && { roles: [draft.role] }),
    },
    ...(draft.target.startsWith("action:")
      ? { user_action: draft.target.slice("action:".length) }
      : { application: draft.target.slice("app:".length) }),
    ...(draft.client && { client_app: draft.client }),
    ...(draft.platform && { platform: draft.platform }),
    location: { named_locations: place ? [place] : [], trusted },
    device: {
      ...(draft.device === "compliant" && { compliant: true }),
      ...(draft.device === "registered" && { compliant: false, joined: "Workplace" }),
      ...(draft.device === "hybrid" && { joined: true }),
    },
    ...(draft.signInRisk && { sign_in_risk: draft.signInRisk }),
    ...(draft.userRisk && { user_risk: draft.userRisk }),
    ...(draft.flow && { authentication_flow: draft.flow }),
  };
  return signIn as SignIn;
}

/** A sign-in as the form shows it: the way back, as far as the form has words for it. */
export function draftOf(signIn: SignIn | undefined): Draft {
  if (!signIn) return EMPTY;
  const place = signIn.location?.named_locations?.[0];
  const device = signIn.device ?? {};
  return {
    who: signIn.user?.type ?? "member",
    userId: signIn.user?.id ?? "",
    group: signIn.user?.groups?.[0] ?? "",
    role: signIn.user?.roles?.[0] ?? "",
    target: signIn.user_action ? `action:${signIn.user_action}` : `app:${signIn.application ?? ""}`,
    client: signIn.client_app ?? "",
    platform: signIn.platform ?? "",
    place: place ? `${signIn.location?.trusted ? "trusted" : "place"}:${place}` : "",
    device:
      device.joined === true ? "hybrid" : device.compliant ? "compliant" : device.joined ? "registered" : "",
    signInRisk: signIn.sign_in_risk ?? "",
    userRisk: signIn.user_risk ?? "",
    flow: signIn.authentication_flow ?? "",
  };
}
