import { Caption1, Text, makeStyles, tokens } from "@fluentui/react-components";
import { CheckmarkCircleRegular, ProhibitedRegular } from "@fluentui/react-icons";
import { policyName } from "@/ui/PolicyCard";
import { StatusBadge } from "@/ui/StatusBadge";
import type { components } from "./schema";

export type Evaluation = components["schemas"]["Evaluation"];
export type SignIn = components["schemas"]["SignIn"];

const useStyles = makeStyles({
  answer: { display: "flex", flexDirection: "column", gap: "10px", alignSelf: "stretch" },
  list: {
    margin: 0,
    padding: 0,
    listStyleType: "none",
    display: "flex",
    flexDirection: "column",
    gap: "4px",
  },
  quiet: { color: tokens.colorNeutralForeground2 },
});

/** What What If says of a sign-in: the decision, and policy by policy why. */
export function EvaluationAnswer({ evaluation }: { evaluation: Evaluation }) {
  const styles = useStyles();
  const blocked = evaluation.decision === "block";
  const trialled = new Set(evaluation.report_only.map(({ policy }) => policy.id ?? policy.display_name));
  return (
    <div className={styles.answer} role="status">
      <Text weight="semibold">
        <StatusBadge
          tone={blocked ? "good" : "warn"}
          icon={blocked ? <ProhibitedRegular /> : <CheckmarkCircleRegular />}
        >
          {blocked ? "Blocked" : "Granted"}
        </StatusBadge>
      </Text>
      <Text>{evaluation.sentence}</Text>
      <Trace title="Policies that apply" none="No policy applies to this sign-in.">
        {evaluation.applied.map(({ policy }) => ({ name: policyName(policy), detail: undefined }))}
      </Trace>
      <Trace title="Policies that do not apply" none="There is no other policy.">
        {evaluation.not_applied.map(({ policy, detail }) => ({
          name: policyName(policy),
          detail: trialled.has(policy.id ?? policy.display_name) ? `${detail}; it would apply` : detail,
        }))}
      </Trace>
    </div>
  );
}

interface TraceProps {
  title: string;
  none: string;
  children: readonly { name: string; detail: string | undefined }[];
}

function Trace({ title, none, children }: TraceProps) {
  const styles = useStyles();
  return (
    <div>
      <Text weight="semibold">{`${title} (${children.length})`}</Text>
      {children.length === 0 && <Text block>{none}</Text>}
      <ul className={styles.list} aria-label={title}>
        {children.map(({ name, detail }, index) => (
          <li key={index}>
            {name} {detail && <Caption1 className={styles.quiet}>{detail}</Caption1>}
          </li>
        ))}
      </ul>
    </div>
  );
}
