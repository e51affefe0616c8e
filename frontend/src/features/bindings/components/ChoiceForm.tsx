import { Field, Input, Radio, RadioGroup, makeStyles, tokens } from "@fluentui/react-components";
import { type FormEvent, useState } from "react";
import { isGuid } from "@/lib/guid";
import { listed } from "@/lib/text";
import { candidatesOf, liveName, sameChoice } from "../draft";
import type { Binding, NameKind } from "../queries";
import { SubmitButton } from "@/ui/SubmitButton";

const useStyles = makeStyles({
  // In line with the field, whose label is above.
  take: { marginTop: "24px" },
  root: {
    padding: "10px 14px",
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground2,
    display: "flex",
    flexDirection: "column",
    gap: "8px",
  },
  other: {
    display: "flex",
    gap: "8px",
    alignItems: "flex-start",
    flexWrap: "wrap",
    marginInlineStart: "32px",
  },
  field: { minWidth: "min(360px, 100%)" },
});

/** These have names of their own instead of object ids. */
const NAMED_KINDS: readonly NameKind[] = [
  "authentication_context",
  "application",
  "custom_factor",
  "filtering_profile",
];

interface ChoiceFormProps {
  binding: Binding;
  label: string;
  chosen: readonly string[] | null;
  disabled: boolean;
  onChoose: (choice: readonly string[] | null) => void;
}

/** What the reference may mean, to choose from; nothing is saved by choosing. */
export function ChoiceForm({ binding, label, chosen, disabled, onChoose }: ChoiceFormProps) {
  const styles = useStyles();
  const candidates = candidatesOf(binding).map((each) => ({ ...each, ids: each.live.map(({ id }) => id) }));
  const at = chosen && chosen.length > 0 ? candidates.findIndex(({ ids }) => sameChoice(ids, chosen)) : -1;
  const current =
    chosen === null ? "suggested" : chosen.length === 0 ? "none" : at >= 0 ? String(at) : "other";
  const [other, setOther] = useState(current === "other");
  const [typed, setTyped] = useState(current === "other" ? (chosen ?? []).join(", ") : "");
  const usable = NAMED_KINDS.includes(binding.kind) ? typed.trim() !== "" : isGuid(typed);

  function pick(value: string) {
    setOther(value === "other");
    if (value === "suggested") onChoose(null);
    else if (value === "none") onChoose([]);
    else if (value !== "other") onChoose(candidates[Number(value)]?.ids ?? null);
  }

  function take(event: FormEvent) {
    event.preventDefault();
    if (usable) onChoose([typed.trim()]);
  }

  return (
    <div className={styles.root}>
      <RadioGroup
        aria-label={`What ${label} means`}
        value={other ? "other" : current}
        disabled={disabled}
        onChange={(_, data) => pick(data.value)}
      >
        <Radio
          value="suggested"
          label={
            binding.state === "suggested"
              ? "What is suggested, not confirmed"
              : "What is suggested, if anything"
          }
        />
        {candidates.map(({ live, ids, reason, confidence }, index) => (
          <Radio
            key={ids.join()}
            value={String(index)}
            label={`${listed(live.map(liveName))}${confidence ? ` — ${confidence.toLowerCase()}: ${reason}` : ""}`}
          />
        ))}
        <Radio value="other" label="Another object, by its id" />
        <Radio value="none" label="Leave unbound: it means nothing here" />
      </RadioGroup>
      {other && (
        <form className={styles.other} onSubmit={take}>
          <Field
            className={styles.field}
            label="Object id"
            validationMessage={
              typed && !usable ? "An object id looks like 6a1f0f0e-3c1b-4a53-9d51-0a0f6b1f2c3d." : ""
            }
            validationState={typed && !usable ? "error" : "none"}
          >
            <Input
              autoFocus
              autoComplete="off"
              spellCheck={false}
              disabled={disabled}
              value={typed}
              onChange={(_, data) => setTyped(data.value)}
            />
          </Field>
          <SubmitButton className={styles.take} busy={disabled} needs={!usable && "Give the object id."}>
            Use this object
          </SubmitButton>
        </form>
      )}
    </div>
  );
}
