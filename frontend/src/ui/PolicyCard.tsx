import { Badge, Caption1, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { type ReactNode, useId, useState } from "react";
import { CodeBlock } from "./CodeBlock";
import { CopyValue } from "./CopyValue";

/** A policy as people read it. */
export interface ReadablePolicy {
  id?: string | null | undefined;
  display_name: string;
  state: string;
  beta_only: boolean;
  /** What it does, as one sentence for people who don't administer Conditional Access. */
  sentence: string;
  who: string[];
  what: string[];
  when: string[];
  then: string[];
  warnings: string[];
  body: unknown;
}

/** The states of a policy in Entra's words. */
export function policyStateLabel(state: string): string {
  if (state === "enabled") return "On";
  if (state === "disabled") return "Off";
  if (state === "enabledForReportingButNotEnforced") return "Report-only";
  return state;
}

/** A policy by name, with its state where it is not simply on. */
export function policyName({ display_name, state }: { display_name: string; state: string }): string {
  return state === "enabled" || !state
    ? display_name
    : `${display_name} (${policyStateLabel(state).toLowerCase()})`;
}

const useStyles = makeStyles({
  card: {
    display: "flex",
    flexDirection: "column",
    gap: "10px",
    padding: "14px 16px",
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    minWidth: 0,
    breakInside: "avoid",
  },
  head: { display: "flex", gap: "8px", alignItems: "flex-start", justifyContent: "space-between" },
  name: {
    margin: 0,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    overflowWrap: "anywhere",
  },
  badges: { display: "flex", gap: "4px", flexShrink: 0 },
  on: { backgroundColor: "var(--state-on)", color: "var(--state-on-text)", printColorAdjust: "exact" },
  sentence: { margin: 0, maxWidth: "100ch", overflowWrap: "anywhere" },
  parts: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fit, minmax(165px, 1fr))",
    gap: "12px",
    margin: 0,
    "@media print": { gridTemplateColumns: "repeat(4, minmax(0, 1fr))" },
  },
  part: { minWidth: 0 },
  term: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  lines: { margin: 0, display: "block" },
  line: { display: "block", overflowWrap: "anywhere" },
  quiet: { color: tokens.colorNeutralForeground3 },
  warning: { color: tokens.colorStatusWarningForeground3 },
  foot: { display: "flex", flexWrap: "wrap", gap: "4px 12px", justifyContent: "space-between" },
  raw: {
    minWidth: 0,
    flexGrow: 1,
    "& > summary": { cursor: "pointer", color: tokens.colorBrandForegroundLink, paddingBlock: "4px" },
  },
});

const PARTS = [
  ["who", "Who", "Nobody"],
  ["what", "What", "Nothing"],
  ["when", "When", "Always"],
  ["then", "Then", "Nothing is asked"],
] as const;

interface PolicyCardProps {
  policy: ReadablePolicy;
  /** What can be done with it, beside its JSON. */
  action?: ReactNode;
  /** What else there is to say of it. */
  children?: ReactNode;
}

/** A sentence; who, what, when, then; the raw JSON one click away. */
export function PolicyCard({ policy, action, children }: PolicyCardProps) {
  const styles = useStyles();
  const id = useId();
  const [raw, setRaw] = useState(false);
  return (
    <article className={styles.card} aria-labelledby={id}>
      <div className={styles.head}>
        <h2 className={styles.name} id={id}>
          {policy.display_name}
        </h2>
        <div className={styles.badges}>
          {policy.beta_only && (
            <Badge appearance="outline" title="Only Microsoft Graph beta lists this policy">
              Beta
            </Badge>
          )}
          <StateBadge state={policy.state} />
        </div>
      </div>
      <p className={styles.sentence}>{policy.sentence}</p>
      <dl className={styles.parts}>
        {PARTS.map(([key, label, nothing]) => (
          <div key={key} className={styles.part}>
            <dt className={styles.term}>{label}</dt>
            <dd className={styles.lines}>
              {policy[key].length === 0 && <span className={styles.quiet}>{nothing}</span>}
              {policy[key].map((line, index) => (
                <span key={index} className={styles.line}>
                  {line}
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      {policy.warnings.map((warning) => (
        <Caption1 key={warning} className={styles.warning}>
          {warning}
        </Caption1>
      ))}
      {children}
      <div className={mergeClasses(styles.foot, "no-print")}>
        <details className={styles.raw} onToggle={(event) => setRaw(event.currentTarget.open)}>
          <summary>Raw JSON{policy.id ? " and id" : ""}</summary>
          {raw && (
            <>
              {policy.id && <CopyValue value={policy.id} what="the policy's id" />}
              <CodeBlock
                code={JSON.stringify(policy.body, null, 2)}
                what={`JSON of ${policy.display_name}`}
              />
            </>
          )}
        </details>
        {action}
      </div>
    </article>
  );
}

function StateBadge({ state }: { state: string }) {
  const styles = useStyles();
  const label = policyStateLabel(state);
  if (state === "enabled") return <Badge className={styles.on}>{label}</Badge>;
  if (state === "disabled")
    return (
      <Badge appearance="outline" color="informative">
        {label}
      </Badge>
    );
  return <Badge appearance="tint">{label}</Badge>;
}
