import { Button, Tab, TabList, makeStyles, tokens } from "@fluentui/react-components";
import { QuestionCircleRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { EvaluationAnswer, type SignIn } from "@/api/Evaluation";
import { QueryState } from "@/api/QueryState";
import { api } from "@/api/client";
import type { components } from "@/api/schema";
import { LoadingRows } from "@/ui/States";
import type { Finding, Report } from "../queries";

type Policies = components["schemas"]["EvaluatedPolicies"];

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
      {(evaluation) => <EvaluationAnswer evaluation={evaluation} />}
    </QueryState>
  );
}
