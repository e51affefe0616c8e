import { Badge, Button, Caption1, Text, makeStyles, tokens } from "@fluentui/react-components";
import {
  CheckmarkCircleFilled,
  CircleHintRegular,
  LinkDismissRegular,
  QuestionCircleRegular,
} from "@fluentui/react-icons";
import { type ReactNode, useId, useState } from "react";
import { counted, listed } from "@/lib/text";
import { CopyValue } from "@/ui/CopyValue";
import { StatusBadge, type Tone } from "@/ui/StatusBadge";
import { type Draft, KIND_LABEL, candidatesOf, chosenOf, keyOf, liveName } from "../draft";
import type { Binding } from "../queries";
import { ChoiceForm } from "./ChoiceForm";

const useStyles = makeStyles({
  item: {
    display: "flex",
    flexDirection: "column",
    gap: "6px",
    paddingBlock: "12px",
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    minWidth: 0,
  },
  head: { display: "flex", flexWrap: "wrap", gap: "6px 10px", alignItems: "center" },
  name: {
    margin: 0,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    overflowWrap: "anywhere",
  },
  quiet: { color: tokens.colorNeutralForeground2 },
  actions: { display: "flex", gap: "8px", flexWrap: "wrap" },
});

interface BindingRowProps {
  binding: Binding;
  draft: Draft;
  editable: boolean;
  busy: boolean;
  onChoose: (choice: readonly string[] | null) => void;
}

/** One reference of the baseline: where it is used, what it means here and why, and the choice. */
export function BindingRow({ binding, draft, editable, busy, onChoose }: BindingRowProps) {
  const styles = useStyles();
  const id = useId();
  const [open, setOpen] = useState(false);
  const changed = draft[keyOf(binding)] !== undefined;
  const label = binding.name ?? binding.reference;
  return (
    <li className={styles.item}>
      <div className={styles.head}>
        <Badge appearance="outline">{KIND_LABEL[binding.kind]}</Badge>
        <h3 className={styles.name} id={id}>
          {label}
        </h3>
        <Standing binding={binding} />
        {changed && <Badge color="brand">Not saved</Badge>}
      </div>
      {binding.name && binding.name !== binding.reference && (
        <Caption1>
          <CopyValue value={binding.reference} what="the baseline's id" />
        </Caption1>
      )}
      <Meaning binding={binding} draft={draft} changed={changed} />
      <Caption1 className={styles.quiet}>{usesText(binding)}</Caption1>
      {editable && (
        <div className={styles.actions}>
          {binding.state === "suggested" && !changed && (
            <Button
              size="small"
              aria-describedby={id}
              disabled={busy}
              onClick={() => onChoose(binding.live.map((live) => live.id))}
            >
              Confirm
            </Button>
          )}
          <Button
            size="small"
            aria-describedby={id}
            aria-expanded={open}
            disabled={busy}
            onClick={() => setOpen(!open)}
          >
            {open ? "Close" : "Change"}
          </Button>
        </div>
      )}
      {open && editable && (
        <ChoiceForm
          binding={binding}
          label={label}
          chosen={chosenOf(binding, draft)}
          disabled={busy}
          onChoose={onChoose}
        />
      )}
    </li>
  );
}

function Standing({ binding }: { binding: Binding }) {
  const look: Record<Binding["state"], [Tone, ReactNode, string]> = {
    confirmed: ["good", <CheckmarkCircleFilled key="icon" />, "Confirmed"],
    suggested: binding.assumption
      ? ["warn", <QuestionCircleRegular key="icon" />, "Assumed"]
      : ["busy", <CircleHintRegular key="icon" />, "Suggested"],
    unbound: ["quiet", <LinkDismissRegular key="icon" />, "Unbound"],
    refused: ["quiet", <LinkDismissRegular key="icon" />, "Left unbound"],
  };
  const [tone, icon, text] = look[binding.state];
  return (
    <StatusBadge tone={tone} icon={icon}>
      {text}
    </StatusBadge>
  );
}

/** What it means here with the reason; of a choice that is not saved, what it will mean. */
function Meaning({
  binding,
  draft,
  changed,
}: Pick<BindingRowProps, "binding" | "draft"> & { changed: boolean }) {
  const styles = useStyles();
  if (changed) {
    const chosen = chosenOf(binding, draft);
    if (chosen === null) return <Text>Will mean what is suggested.</Text>;
    if (chosen.length === 0) return <Text>Will be left unbound.</Text>;
    const known = candidatesOf(binding).flatMap(({ live }) => live);
    return (
      <Text>
        Will mean <b>{listed(chosen.map((id) => known.find((live) => live.id === id)?.name ?? id))}</b>.
      </Text>
    );
  }
  if (binding.live.length === 0) {
    return (
      <Text className={styles.quiet}>{sentence(binding.reason) || "Nothing like it was found here."}</Text>
    );
  }
  return (
    <Text>
      Means <b>{listed(binding.live.map(liveName))}</b>
      {binding.state === "suggested" && binding.reason && (
        <span className={styles.quiet}>{`: ${binding.reason}`}</span>
      )}
      .
    </Text>
  );
}

function sentence(text: string): string {
  if (!text) return "";
  const end = /[.!?]$/.test(text) ? "" : ".";
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${end}`;
}

const USE: Record<Binding["used_by"][number]["use"], string> = {
  include: "Covered by",
  exclude: "Left out by",
  control: "Asked for by",
};

/** How many policies a row names before it counts. */
const NAMED = 3;

/** "Left out by A, B and 4 more policies. Covered by C." */
function usesText(binding: Binding): string {
  return (["include", "exclude", "control"] as const)
    .flatMap((use) => {
      const names = [
        ...new Set(binding.used_by.filter((each) => each.use === use).map((each) => each.display_name)),
      ];
      if (names.length === 0) return [];
      const more = names.length - NAMED;
      const told =
        more > 0 ? [...names.slice(0, NAMED), counted(more, "more policy", "more policies")] : names;
      return [`${USE[use]} ${listed(told)}.`];
    })
    .join(" ");
}
