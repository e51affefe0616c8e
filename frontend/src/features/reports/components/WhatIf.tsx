import { Button, Caption1, Tab, TabList, Text, makeStyles, tokens } from "@fluentui/react-components";
import { CheckmarkCircleRegular, ProhibitedRegular, QuestionCircleRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { QueryState } from "@/api/QueryState";
import { api } from "@/api/client";
import type { components } from "@/api/schema";
import { LoadingRows } from "@/ui/States";
import { StatusBadge } from "@/ui/StatusBadge";
import type { Finding, Report } from "../queries";
import { policyName } from "../words";

type Evaluation = components["schemas"]["Evaluation"];
type Policies = components["schemas"]["EvaluatedPolicies"];
type SignIn = components["schemas"]["SignIn"];

const useStyles = makeStyles({
  root: {
    display: "flex",
    flexDirection: "column",
    gap: "10px",
    alignItems: "flex-start",
    padding: "12px 14px",
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
  },
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
  tabs: { marginInline: "-10px" },
});

interface WhatIfProps {
  report: Report;
  finding: Finding;
}

/** Asks the server what happens to the finding's example, policy by policy. */
export function WhatIf({ report, finding }: WhatIfProps) {
  const styles = useStyles();
  const [asked, setAsked] = useState<Policies>();
  if (!finding.witness) return null;
  const compared = finding.source === "comparison_baseline";
  return (
    <section className={asked ? styles.root : undefined} aria-label="What If">
      {asked ? (
        <>
          {compared && (
            <TabList
              className={styles.tabs}
              size="small"
              selectedValue={asked}
              onTabSelect={(_, data) => setAsked(data.value as Policies)}
            >
              <Tab value="live">Live policies</Tab>
              <Tab value="comparison_baseline">Comparison baseline</Tab>
            </TabList>
          )}
          <Ask report={report} witness={finding.witness as SignIn} policies={asked} />
        </>
      ) : (
        <Button icon={<QuestionCircleRegular />} onClick={() => setAsked("live")}>
          What If
        </Button>
      )}
    </section>
  );
}

function Ask({ report, witness, policies }: { report: Report; witness: SignIn; policies: Policies }) {
  const query = api.useQuery("post", "/api/v1/customers/{id}/evaluate", {
    params: { path: { id: report.customer_id } },
    body: { sign_in: witness, snapshot_id: report.snapshot_id, policies },
  });
  return (
    <QueryState query={query} loading={<LoadingRows rows={3} label="Asking What If" />}>
      {(evaluation) => <Answer evaluation={evaluation} />}
    </QueryState>
  );
}

function Answer({ evaluation }: { evaluation: Evaluation }) {
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
