import {
  Button,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  MessageBar,
  MessageBarBody,
  Text,
  ToolbarButton,
  makeStyles,
} from "@fluentui/react-components";
import { ArrowDownloadRegular, ShieldCheckmarkRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { ProblemMessage } from "@/api/ProblemMessage";
import { QueryState } from "@/api/QueryState";
import { useHasRole } from "@/api/access";
import { useCustomer } from "@/api/customers";
import { counted } from "@/lib/text";
import { Facts } from "@/ui/Facts";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { EmptyState } from "@/ui/States";
import { SeverityBar } from "@/ui/StackedBar";
import { Time } from "@/ui/Time";
import { FORMATS, type Format, type Report, reportOptions, useReportExport } from "../queries";
import { type ReportSearch, filterFindings, isFiltered } from "../search";
import { FindingDrawer } from "./FindingDrawer";
import { FindingTable } from "./FindingTable";
import { ReportFilters } from "./ReportFilters";

const route = getRouteApi("/shell/customers/$customerId/report");

const useStyles = makeStyles({
  head: { display: "flex", gap: "16px 40px", flexWrap: "wrap", alignItems: "center" },
  bar: { flexGrow: 1, minWidth: "220px", maxWidth: "340px" },
});

export function ReportPage() {
  const customer = useCustomer();
  const search = route.useSearch();
  const query = useQuery(reportOptions(customer.id));
  const canExport = useHasRole("operator");
  const exporting = useReportExport(customer.id, `${customer.display_name} report`, search);
  return (
    <Page
      title="Report"
      documentTitle={`Report · ${customer.display_name}`}
      lead={`Gaps between the live policies of ${customer.display_name} and its comparison baseline, worst first.`}
      commands={
        canExport && <ExportMenu busy={exporting.isPending} onExport={(format) => exporting.mutate(format)} />
      }
    >
      <ProblemMessage error={exporting.error} />
      <QueryState query={query}>{(report) => <Content report={report} search={search} />}</QueryState>
    </Page>
  );
}

function ExportMenu({ busy, onExport }: { busy: boolean; onExport: (format: Format) => void }) {
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <ToolbarButton icon={<ArrowDownloadRegular />} disabled={busy}>
          Export
        </ToolbarButton>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {(Object.keys(FORMATS) as Format[]).map((format) => (
            <MenuItem key={format} onClick={() => onExport(format)}>
              {FORMATS[format].label}
            </MenuItem>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

function Content({ report, search }: { report: Report; search: ReportSearch }) {
  const navigate = route.useNavigate();
  const change = (patch: Partial<ReportSearch>, replace: boolean) =>
    void navigate({ search: (before) => ({ ...before, ...patch }), replace });
  const findings = filterFindings(report.findings, search);
  return (
    <>
      <Head report={report} />
      {report.notice && report.findings.length > 0 && (
        <MessageBar layout="multiline">
          <MessageBarBody>{report.notice}</MessageBarBody>
        </MessageBar>
      )}
      {report.findings.length === 0 ? (
        <NothingFound report={report} />
      ) : (
        <>
          <ReportFilters report={report} search={search} onSearch={(patch) => change(patch, true)} />
          <Text role="status">
            {isFiltered(search)
              ? `${findings.length} of ${counted(report.findings.length, "finding")}`
              : counted(report.findings.length, "finding")}
          </Text>
          {findings.length > 0 ? (
            <FindingTable
              findings={findings}
              open={search.finding}
              onOpen={(finding) => change({ finding: finding.id }, false)}
            />
          ) : (
            <EmptyState
              title="No finding matches"
              actions={
                <Button
                  onClick={() =>
                    change(
                      { severity: undefined, kind: undefined, source: undefined, framework: undefined },
                      true,
                    )
                  }
                >
                  Clear filters
                </Button>
              }
            />
          )}
        </>
      )}
      <FindingDrawer
        finding={report.findings.find((finding) => finding.id === search.finding)}
        onClose={() => change({ finding: undefined }, false)}
      />
    </>
  );
}

function Head({ report }: { report: Report }) {
  const styles = useStyles();
  return (
    <Panel title="Overview">
      <div className={styles.head}>
        <div className={styles.bar}>
          <SeverityBar counts={report.summary} />
        </div>
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

function NothingFound({ report }: { report: Report }) {
  const own = report.comparison_baseline.kind === "imported_snapshot";
  return (
    <EmptyState
      icon={<ShieldCheckmarkRegular />}
      title={own ? "The live policies are the baseline" : "No gaps against the comparison baseline"}
    >
      {report.notice ??
        (own
          ? "The comparison baseline is the imported snapshot, and nothing has changed since it was taken. Compare with a workspace baseline to see what is missing against it."
          : `The live policies protect everything that ${report.comparison_baseline_name} does.`)}
    </EmptyState>
  );
}
