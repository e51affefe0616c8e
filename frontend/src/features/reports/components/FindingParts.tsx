import {
  Caption1,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  Text,
  makeStyles,
  tokens,
} from "@fluentui/react-components";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { counted } from "@/lib/text";
import { CopyValue } from "@/ui/CopyValue";
import { Facts } from "@/ui/Facts";
import { useLinkStyles } from "@/ui/links";
import { ShareBar } from "@/ui/ShareBar";
import { byFramework } from "@/lib/frameworks";
import type { Finding, Report } from "../queries";
import { policyName } from "@/ui/PolicyCard";
import { readRegion, severitySteps } from "../words";

const useStyles = makeStyles({
  part: { display: "flex", flexDirection: "column", gap: "8px", minWidth: 0 },
  title: { margin: 0, fontSize: tokens.fontSizeBase400, lineHeight: tokens.lineHeightBase400 },
  figures: { display: "flex", gap: "6px 24px", flexWrap: "wrap", alignItems: "center" },
  list: { margin: 0, paddingInlineStart: "20px", display: "flex", flexDirection: "column", gap: "4px" },
  plain: {
    margin: 0,
    padding: 0,
    listStyleType: "none",
    display: "flex",
    flexDirection: "column",
    gap: "6px",
  },
  witness: {
    margin: 0,
    padding: "10px 14px",
    borderLeft: `4px solid var(--severity-high)`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground3,
  },
  remedy: {
    padding: "12px 14px",
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorBrandBackground2,
    color: tokens.colorNeutralForeground1,
    whiteSpace: "pre-line",
  },
  quiet: { color: tokens.colorNeutralForeground2 },
  table: { borderCollapse: "collapse", "& td": { padding: "3px 16px 3px 0", verticalAlign: "top" } },
  amount: { whiteSpace: "nowrap", fontWeight: tokens.fontWeightSemibold },
});

export function Part({ title, children }: { title: string; children: ReactNode }) {
  const styles = useStyles();
  return (
    <section className={styles.part} aria-label={title}>
      <h3 className={styles.title}>{title}</h3>
      {children}
    </section>
  );
}

/** The paragraph that says it all, how much and how many, one sign-in as an example, and every region. */
export function Explanation({ finding }: { finding: Finding }) {
  const styles = useStyles();
  const people = finding.people_exposed;
  return (
    <Part title="What is open">
      <Text>{finding.cause}</Text>
      {(typeof finding.share === "number" || typeof people === "number") && (
        <div className={styles.figures}>
          {typeof finding.share === "number" && (
            <>
              <ShareBar share={finding.share} />
              <Text className={styles.quiet}>of the sign-ins asked about</Text>
            </>
          )}
          {typeof people === "number" && (
            <Text weight="semibold">{`${counted(people, "person", "people")} exposed`}</Text>
          )}
        </div>
      )}
      {finding.witness_text && (
        <p className={styles.witness}>
          <Text weight="semibold">For instance: </Text>
          {finding.witness_text}
        </p>
      )}
      {finding.regions.length > 0 && <Regions regions={finding.regions} />}
    </Part>
  );
}

function Regions({ regions }: { regions: readonly string[] }) {
  const styles = useStyles();
  return (
    <>
      <Text weight="semibold">{regions.length === 1 ? "Where" : "Where, the largest first"}</Text>
      <ul className={styles.list} aria-label="Open regions">
        {regions.map((region) => {
          const { where, without } = readRegion(region);
          return (
            <li key={region}>
              {where}
              {without && (
                <Caption1 block className={styles.quiet}>
                  {without}
                </Caption1>
              )}
            </li>
          );
        })}
      </ul>
    </>
  );
}

/** What is not known, and on what the finding hangs. */
export function Conditions({ finding }: { finding: Finding }) {
  const styles = useStyles();
  const conditions = finding.conditions ?? [];
  if (conditions.length === 0) return null;
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>Holds only under conditions</MessageBarTitle>
        <ul className={styles.list}>
          {conditions.map((condition) => (
            <li key={condition}>{condition}</li>
          ))}
        </ul>
      </MessageBarBody>
    </MessageBar>
  );
}

/** Policy by policy, the nearest first: what each lacks. */
export function NearMisses({ finding, customerId }: { finding: Finding; customerId: string }) {
  const styles = useStyles();
  const links = useLinkStyles();
  const misses = finding.near_misses ?? [];
  if (misses.length === 0) return null;
  return (
    <Part title="Why no policy closes it">
      <ul className={styles.plain}>
        {misses.map(({ policy, lacks }) => (
          <li key={policy.id ?? policy.display_name}>
            <Link
              to="/customers/$customerId/policies"
              params={{ customerId }}
              search={{ search: policy.id ?? policy.display_name }}
              className={links.text}
            >
              {policyName(policy)}
            </Link>{" "}
            <Text className={styles.quiet}>{lacks}.</Text>
          </li>
        ))}
      </ul>
    </Part>
  );
}

const LEVEL: Record<string, string> = { low: "Low", medium: "Medium", high: "High" };

export function Remedy({ finding }: { finding: Finding }) {
  const styles = useStyles();
  const facts: [string, ReactNode][] = [];
  if (finding.effort) facts.push(["Effort", LEVEL[finding.effort] ?? finding.effort]);
  if (finding.user_impact) facts.push(["Users notice", LEVEL[finding.user_impact] ?? finding.user_impact]);
  return (
    <Part title="What to do">
      <Text className={styles.remedy}>{finding.remedy}</Text>
      {facts.length > 0 && <Facts facts={facts} />}
    </Part>
  );
}

/** The arithmetic, a row for each step. */
export function SeverityReason({ finding }: { finding: Finding }) {
  const styles = useStyles();
  return (
    <Part title="Why this severity">
      <table className={styles.table}>
        <tbody>
          {severitySteps(finding.severity_reason).map(({ amount, why }, index) => (
            <tr key={index}>
              {amount && <td className={styles.amount}>{amount}</td>}
              <td colSpan={amount ? 1 : 2}>{why}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Part>
  );
}

/** Where it comes from: policies, frameworks, ids. */
export function Background({ finding, report }: { finding: Finding; report: Report }) {
  const facts: [string, ReactNode][] = [];
  if (finding.source === "comparison_baseline")
    facts.push(["Compared with", report.comparison_baseline_name]);
  if (finding.baseline_policy) facts.push(["Baseline policy", policyName(finding.baseline_policy)]);
  if (finding.live_policies.length > 0) {
    facts.push(["Live policies", finding.live_policies.map(policyName).join(", ")]);
  }
  if (finding.check)
    facts.push(["Reference check", <CopyValue key="check" value={finding.check} what="the check" />]);
  for (const [framework, ids] of byFramework(finding.frameworks)) facts.push([framework, ids.join(", ")]);
  facts.push(["Finding", <CopyValue key="id" value={finding.id} what="the finding's id" />]);
  return (
    <Part title="Background">
      <Facts facts={facts} />
    </Part>
  );
}
