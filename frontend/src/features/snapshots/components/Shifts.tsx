import { Badge, Caption1, Text, makeStyles, tokens } from "@fluentui/react-components";
import { policyStateLabel } from "@/ui/PolicyCard";
import { Panel } from "@/ui/Panel";
import { ShareBar } from "@/ui/ShareBar";
import type { Shift } from "../queries";

const useStyles = makeStyles({
  list: { margin: 0, padding: 0, listStyleType: "none" },
  item: {
    display: "flex",
    flexDirection: "column",
    gap: "6px",
    paddingBlock: "12px",
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    ":last-child": { borderBottom: "none" },
  },
  head: { display: "flex", flexWrap: "wrap", gap: "6px 12px", alignItems: "center" },
  name: {
    margin: 0,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    overflowWrap: "anywhere",
  },
  witness: {
    margin: 0,
    padding: "8px 12px",
    borderLeft: `4px solid ${tokens.colorNeutralStrokeAccessible}`,
    backgroundColor: tokens.colorNeutralBackground3,
  },
  lost: { borderLeftColor: tokens.colorStatusDangerBorder2 },
  gained: { borderLeftColor: tokens.colorStatusSuccessBorder2 },
  regions: {
    margin: 0,
    paddingInlineStart: "20px",
    listStyleType: "disc",
    display: "flex",
    flexDirection: "column",
    gap: "4px",
  },
  quiet: { color: tokens.colorNeutralForeground2 },
});

interface ShiftsProps {
  title: string;
  shifts: readonly Shift[];
  verb: "lost" | "gained";
}

/** Sign-ins that are protected otherwise than before, by the policy that asked or asks for it. */
export function Shifts({ title, shifts, verb }: ShiftsProps) {
  const styles = useStyles();
  if (shifts.length === 0) return null;
  return (
    <Panel title={title}>
      <ul className={styles.list} aria-label={title}>
        {shifts.map((shift, index) => (
          <ShiftItem key={shift.policy.id ?? index} shift={shift} verb={verb} />
        ))}
      </ul>
    </Panel>
  );
}

function ShiftItem({ shift, verb }: { shift: Shift; verb: "lost" | "gained" }) {
  const styles = useStyles();
  const { policy } = shift;
  return (
    <li className={styles.item}>
      <div className={styles.head}>
        <h3 className={styles.name}>{policy.display_name}</h3>
        {policy.state !== "enabled" && <Badge appearance="outline">{policyStateLabel(policy.state)}</Badge>}
        {shift.not_decided ? (
          <Badge appearance="tint" color="warning">
            Not decided
          </Badge>
        ) : (
          <>
            <ShareBar share={shift.share} />
            <Caption1 className={styles.quiet}>of its sign-ins</Caption1>
          </>
        )}
        {shift.only_emergency && <Badge appearance="outline">Only emergency access</Badge>}
      </div>
      {shift.not_decided && <Text>{shift.not_decided}</Text>}
      {shift.witness_text && (
        <p className={`${styles.witness} ${styles[verb]}`}>
          <Text weight="semibold">{verb === "lost" ? "Now: " : "Before: "}</Text>
          {shift.witness_text}
        </p>
      )}
      {shift.regions.length > 0 && (
        <ul className={styles.regions} aria-label={`Where protection was ${verb}`}>
          {shift.regions.map(({ text, missing }) => (
            <li key={text}>
              {text}
              {missing.length > 0 && (
                <Caption1 block className={styles.quiet}>
                  {`${verb === "lost" ? "now" : "before"} without ${missing.join(" and without ")}`}
                </Caption1>
              )}
            </li>
          ))}
        </ul>
      )}
      {shift.conditions.map((condition) => (
        <Caption1 key={condition} className={styles.quiet}>
          {condition}
        </Caption1>
      ))}
    </li>
  );
}
