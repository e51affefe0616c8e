import type { Binding, BindingChoice, LiveObject, NameKind } from "./queries";

/**
 * What was chosen and is not saved yet, by reference. Ids of live objects; none: it means nothing here, on purpose;
 * null: what is suggested. A reference that is not in it stays as it is.
 */
export type Draft = Readonly<Record<string, readonly string[] | null>>;

export function keyOf({ kind, reference }: Pick<Binding, "kind" | "reference">): string {
  return `${kind} ${reference}`;
}

/** What a person said of a reference; null when nobody did. */
export function saidOf(binding: Binding): readonly string[] | null {
  if (binding.state === "confirmed") return binding.live.map(({ id }) => id);
  return binding.state === "refused" ? [] : null;
}

/** What holds once the draft is saved. */
export function chosenOf(binding: Binding, draft: Draft): readonly string[] | null {
  const chosen = draft[keyOf(binding)];
  return chosen === undefined ? saidOf(binding) : chosen;
}

export function sameChoice(a: readonly string[] | null, b: readonly string[] | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((id, index) => id === b[index]);
}

/** The draft with one more choice; what changes nothing is no part of it. */
export function choose(draft: Draft, binding: Binding, choice: readonly string[] | null): Draft {
  const key = keyOf(binding);
  if (!sameChoice(choice, saidOf(binding))) return { ...draft, [key]: choice };
  return Object.fromEntries(Object.entries(draft).filter(([each]) => each !== key));
}

/** Everything that people say with the draft in it, as it is sent: the server takes it in place of what was said. */
export function choicesOf(bindings: readonly Binding[], draft: Draft): BindingChoice[] {
  return bindings.flatMap((binding) => {
    const live = chosenOf(binding, draft);
    return live ? [{ kind: binding.kind, reference: binding.reference, live: [...live] }] : [];
  });
}

export interface Candidate {
  live: LiveObject[];
  reason: string;
  /** "Sure", "Assumed", "Only a guess"; nothing for what a person said. */
  confidence: string | undefined;
}

const CONFIDENCE = { high: "Sure", assumed: "Assumed", low: "Only a guess" } as const;

/** What a reference can be taken for: what it means now, then what else was proposed. */
export function candidatesOf(binding: Binding): Candidate[] {
  const found: Candidate[] = [];
  if (binding.live.length > 0) {
    found.push({
      live: binding.live,
      reason: binding.reason,
      confidence:
        binding.state === "suggested"
          ? binding.assumption
            ? CONFIDENCE.assumed
            : CONFIDENCE.high
          : undefined,
    });
  }
  const ids = (live: readonly LiveObject[]) => live.map(({ id }) => id);
  for (const { live, reason, confidence } of binding.alternatives) {
    if (!found.some((each) => sameChoice(ids(each.live), ids(live))))
      found.push({ live, reason, confidence: CONFIDENCE[confidence] });
  }
  return found;
}

export function liveName({ name, id }: LiveObject): string {
  return name ?? id;
}

export const KIND_LABEL: Record<NameKind, string> = {
  user: "User",
  group: "Group",
  role: "Role",
  application: "Application",
  service_principal: "Service principal",
  terms_of_use: "Terms of use",
  named_location: "Named location",
  authentication_strength: "Authentication strength",
  authentication_context: "Authentication context",
  custom_factor: "Custom authentication factor",
  filtering_profile: "Filtering profile",
};
