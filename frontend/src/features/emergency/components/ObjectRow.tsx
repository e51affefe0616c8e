import { Badge, Button, Caption1, Text, makeStyles, tokens } from "@fluentui/react-components";
import {
  CheckmarkCircleFilled,
  CircleHintRegular,
  DismissCircleRegular,
  QuestionCircleRegular,
  WarningFilled,
} from "@fluentui/react-icons";
import { type ReactNode, useId, useState } from "react";
import { counted, listed } from "@/lib/text";
import { CopyValue } from "@/ui/CopyValue";
import { StatusBadge, type Tone } from "@/ui/StatusBadge";
import type { EmergencyObject, Word } from "../queries";

const useStyles = makeStyles({
  item: {
    display: "flex",
    flexDirection: "column",
    gap: "6px",
    paddingBlock: "12px",
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    ":last-child": { borderBottom: "none" },
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
  members: { margin: 0, paddingInlineStart: "20px" },
  summary: { "& > summary": { cursor: "pointer", color: tokens.colorBrandForegroundLink } },
});

const STANDING: Record<EmergencyObject["standing"], { tone: Tone; icon: ReactNode; label: string }> = {
  confirmed: { tone: "good", icon: <CheckmarkCircleFilled />, label: "Confirmed" },
  recognised: { tone: "busy", icon: <CircleHintRegular />, label: "Recognised" },
  candidate: { tone: "warn", icon: <QuestionCircleRegular />, label: "Candidate" },
  refused: { tone: "quiet", icon: <DismissCircleRegular />, label: "Not emergency access" },
};

interface ObjectRowProps {
  object: EmergencyObject;
  editable: boolean;
  busy: boolean;
  onSay: (word: Word) => void;
}

/** A user or a group: how sure it is, who is in it, and the policies that reach it all the same. */
export function ObjectRow({ object, editable, busy, onSay }: ObjectRowProps) {
  const styles = useStyles();
  const id = useId();
  const { tone, icon, label } = STANDING[object.standing];
  const said = object.standing === "confirmed" || object.standing === "refused";
  return (
    <li className={styles.item}>
      <div className={styles.head}>
        <Badge appearance="outline">{object.kind === "user" ? "User" : "Group"}</Badge>
        <h3 className={styles.name} id={id}>
          {object.name ?? object.id}
        </h3>
        <StatusBadge tone={tone} icon={icon}>
          {label}
        </StatusBadge>
      </div>
      {object.name && (
        <Caption1>
          <CopyValue value={object.id} what={`the id of ${object.name}`} />
        </Caption1>
      )}
      <Text>{evidence(object)}</Text>
      <Members object={object} />
      {object.blocked_by.length > 0 && (
        <StatusBadge tone="bad" icon={<WarningFilled />}>
          {`Would be blocked by ${listed(object.blocked_by.map((policy) => policy.display_name))}`}
        </StatusBadge>
      )}
      {object.asked_by.length > 0 && (
        <Text className={styles.quiet}>
          {`Asked for multifactor authentication by ${listed(object.asked_by.map((policy) => policy.display_name))}`}
        </Text>
      )}
      {editable && (
        <div className={styles.actions}>
          {object.standing !== "confirmed" && (
            <Button size="small" aria-describedby={id} disabled={busy} onClick={() => onSay("confirmed")}>
              Confirm
            </Button>
          )}
          {object.standing !== "refused" && (
            <Button size="small" aria-describedby={id} disabled={busy} onClick={() => onSay("refused")}>
              Not emergency access
            </Button>
          )}
          {said && (
            <Button
              size="small"
              appearance="subtle"
              aria-describedby={id}
              disabled={busy}
              onClick={() => onSay(undefined)}
            >
              Let the policies decide
            </Button>
          )}
        </div>
      )}
    </li>
  );
}

/** Why it is taken for emergency access. */
function evidence({ excluded_from: out, of: all, telling_name: telling }: EmergencyObject): string {
  const left =
    all === 0
      ? "No policy for all users is on"
      : `Left out by ${out} of ${counted(all, "policy", "policies")} for all users that ${all === 1 ? "is" : "are"} on`;
  return telling ? `${left}; its name says it as well.` : `${left}.`;
}

function Members({ object }: { object: EmergencyObject }) {
  const styles = useStyles();
  const [open, setOpen] = useState(false);
  if (object.kind === "user") return null;
  if (object.members === null || object.members === undefined) {
    return <Text className={styles.quiet}>Its members were not read.</Text>;
  }
  if (object.members === 0) return <Text className={styles.quiet}>It has no members.</Text>;
  const hidden = object.members - object.member_ids.length;
  return (
    <details className={styles.summary} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{counted(object.members, "account")}</summary>
      {open && (
        <ul className={styles.members}>
          {object.member_ids.map((member) => (
            <li key={member}>
              <CopyValue value={member} what="the account's id" />
            </li>
          ))}
          {hidden > 0 && <li>{`and ${hidden} more`}</li>}
        </ul>
      )}
    </details>
  );
}
