import {
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  Text,
  makeStyles,
  tokens,
} from "@fluentui/react-components";
import { CheckmarkCircleFilled, DismissCircleRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { QueryState } from "@/api/QueryState";
import { type Customer, useCustomer } from "@/api/customers";
import { latestSnapshotOptions, snapshotOptions } from "@/api/snapshots";
import type { components } from "@/api/schema";
import { zeroPoliciesText } from "@/api/zeroPolicies";
import { counted, formatNumber, listed } from "@/lib/text";
import { Facts } from "@/ui/Facts";
import { useLinkStyles } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { SEVERITIES, SEVERITY_LOOK } from "@/ui/severity";
import { PolicyStateBar, SeverityBar } from "@/ui/StackedBar";
import { StatusBadge } from "@/ui/StatusBadge";
import { Time } from "@/ui/Time";
import { CoveragePanel, EmergencyPanel } from "./SafetyPanels";

type Snapshot = components["schemas"]["SnapshotDetailOut"];

const useStyles = makeStyles({
  grid: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fit, minmax(320px, 1fr))",
    gap: "16px",
    "@media (max-width: 480px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  list: {
    margin: 0,
    padding: 0,
    listStyleType: "none",
    display: "flex",
    flexDirection: "column",
    gap: "10px",
  },
  // Two short ones stand beside a long one.
  stack: { display: "flex", flexDirection: "column", gap: "16px", minWidth: 0 },
  quiet: { color: tokens.colorNeutralForeground3, display: "block" },
});

export function SummaryPage() {
  const customer = useCustomer();
  const styles = useStyles();
  return (
    <Page title="Summary" documentTitle={`Summary · ${customer.display_name}`}>
      {customer.zero_policies && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>{zeroPoliciesText(customer.zero_policies).title}</MessageBarTitle>
            {zeroPoliciesText(customer.zero_policies).text}
          </MessageBarBody>
        </MessageBar>
      )}
      <div className={styles.grid}>
        <Findings customer={customer} />
        <Policies customer={customer} />
        <CoveragePanel customer={customer} />
        <EmergencyPanel customer={customer} />
        <SnapshotPanels customer={customer} />
      </div>
    </Page>
  );
}

function Findings({ customer }: { customer: Customer }) {
  const links = useLinkStyles();
  const counts = customer.counts?.findings;
  const params = { customerId: customer.id };
  return (
    <Panel
      title="Findings by severity"
      action={
        <Link to="/customers/$customerId/report" params={params} className={links.text}>
          Open report
        </Link>
      }
    >
      <SeverityBar counts={counts ?? {}} />
      {counts && (
        <Facts
          facts={SEVERITIES.map((severity) => [
            `${SEVERITY_LOOK[severity].shape} ${SEVERITY_LOOK[severity].label}`,
            <Link
              key={severity}
              to="/customers/$customerId/report"
              params={params}
              search={{ severity }}
              className={links.text}
            >
              {formatNumber(counts[severity])}
            </Link>,
          ])}
        />
      )}
    </Panel>
  );
}

function Policies({ customer }: { customer: Customer }) {
  const links = useLinkStyles();
  const counts = customer.counts?.policies;
  return (
    <Panel
      title="Policies by state"
      action={
        <Link
          to="/customers/$customerId/policies"
          params={{ customerId: customer.id }}
          className={links.text}
        >
          Open policies
        </Link>
      }
    >
      <PolicyStateBar
        on={counts?.enabled ?? 0}
        reportOnly={counts?.report_only ?? 0}
        off={counts?.disabled ?? 0}
      />
      {counts && (
        <Facts
          facts={[
            ["On", formatNumber(counts.enabled)],
            ["Report-only", formatNumber(counts.report_only)],
            ["Off", formatNumber(counts.disabled)],
          ]}
        />
      )}
    </Panel>
  );
}

function SnapshotPanels({ customer }: { customer: Customer }) {
  const styles = useStyles();
  const latest = useQuery(latestSnapshotOptions(customer.id));
  const id = latest.data?.items[0]?.id;
  const detail = useQuery({ ...snapshotOptions(customer.id, id ?? ""), enabled: Boolean(id) });
  return (
    <QueryState query={detail}>
      {(snapshot) => (
        <>
          <Licences snapshot={snapshot} />
          <div className={styles.stack}>
            <LastSnapshot snapshot={snapshot} />
            {snapshot.unread.length > 0 && <Unread snapshot={snapshot} />}
          </div>
        </>
      )}
    </QueryState>
  );
}

function Licences({ snapshot }: { snapshot: Snapshot }) {
  const styles = useStyles();
  return (
    <Panel title="Licences and what they allow">
      {!snapshot.licences_readable && <Text>Licences could not be read.</Text>}
      {snapshot.licences_readable && (
        <ul className={styles.list}>
          {snapshot.licences.map((licence) => (
            <li key={licence.capability}>
              <StatusBadge
                wrap
                tone={licence.licensed ? "good" : "quiet"}
                icon={licence.licensed ? <CheckmarkCircleFilled /> : <DismissCircleRegular />}
              >
                {licence.name}: {licence.licensed ? "licensed" : "not licensed"}
              </StatusBadge>
              <Text className={styles.quiet} size={200}>
                {licence.allows.replace(/\.$/, "")}
                {licence.through.length > 0 && `, through ${listed(licence.through)}`}.
              </Text>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function LastSnapshot({ snapshot }: { snapshot: Snapshot }) {
  const defaults = snapshot.security_defaults;
  return (
    <Panel title="Last snapshot">
      <Facts
        facts={[
          ["Taken", <Time key="taken" at={snapshot.taken_at} />],
          ["Tenant", snapshot.tenant_display_name],
          ["Security defaults", defaults === null ? "Could not be read" : defaults ? "On" : "Off"],
          ["Named locations", formatNumber(snapshot.named_locations.length)],
          ["Authentication strengths", formatNumber(snapshot.authentication_strengths.length)],
          ["Referenced objects", formatNumber(snapshot.references.length)],
          ["Dangling references", danglingText(snapshot)],
        ]}
      />
    </Panel>
  );
}

function danglingText(snapshot: Snapshot): string {
  const deleted = snapshot.references.filter((reference) => reference.state === "deleted").length;
  return deleted === 0 ? "None" : `${counted(deleted, "object")} deleted, still named by policies`;
}

function Unread({ snapshot }: { snapshot: Snapshot }) {
  const styles = useStyles();
  return (
    <Panel title="What could not be read">
      <ul className={styles.list}>
        {snapshot.unread.map((each) => (
          <li key={each.what}>
            <Text>{each.detail}</Text>
            {each.permission && !each.detail.includes(each.permission) && (
              <Text className={styles.quiet} size={200}>
                Needs {each.permission}.
              </Text>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
