import { Text, makeStyles, tokens } from "@fluentui/react-components";
import { Link } from "@tanstack/react-router";
import { counted } from "@/lib/text";
import { Facts } from "@/ui/Facts";
import { useLinkStyles } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { CheckBar, SeverityBar } from "@/ui/StackedBar";
import { Time } from "@/ui/Time";
import { type Report } from "../queries";
import { RESULTS } from "../search";
import { RESULT_LABEL } from "../words";

const useStyles = makeStyles({
  head: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fit, minmax(240px, 1fr))",
    gap: "16px 32px",
    alignItems: "start",
  },
  part: { display: "flex", flexDirection: "column", gap: "6px", minWidth: 0 },
  line: { color: tokens.colorNeutralForeground2 },
});

/** The report at one glance: open findings, reference checks, what was compared when. */
export function Overview({ report }: { report: Report }) {
  const styles = useStyles();
  const links = useLinkStyles();
  const { accepted } = report.summary;
  const counts = { met: 0, not_met: 0, not_assessable: 0 };
  for (const check of report.checks) counts[check.status] += 1;
  const params = { customerId: report.customer_id };
  return (
    <Panel title="Overview">
      <div className={styles.head}>
        <div className={styles.part}>
          <Text weight="semibold">Open findings</Text>
          <SeverityBar counts={report.summary} />
          {accepted > 0 && (
            <Text size={200} className={styles.line}>
              <Link
                to="/customers/$customerId/report"
                params={params}
                search={{ status: "accepted" }}
                className={links.text}
              >
                {`${counted(accepted, "finding")} accepted`}
              </Link>
              , not counted here
            </Text>
          )}
        </div>
        {report.checks.length > 0 && (
          <div className={styles.part}>
            <Text weight="semibold">Reference checks</Text>
            <CheckBar counts={counts} />
            <Text size={200} className={styles.line}>
              {RESULTS.map((result, index) => (
                <span key={result}>
                  {index > 0 && " · "}
                  <Link
                    to="/customers/$customerId/report"
                    params={params}
                    search={{ view: "checks", result }}
                    className={links.text}
                  >
                    {`${counts[result]} ${RESULT_LABEL[result].toLowerCase()}`}
                  </Link>
                </span>
              ))}
            </Text>
          </div>
        )}
        <Facts
          facts={[
            ["Compared with", report.comparison_baseline_name],
            ["Snapshot", <Time key="snapshot" at={report.snapshot_taken_at} />],
            ["Made", <Time key="made" at={report.created_at} />],
          ]}
        />
      </div>
    </Panel>
  );
}
