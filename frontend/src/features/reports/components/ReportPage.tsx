import {
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  Tab,
  TabList,
  makeStyles,
} from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { ProblemMessage } from "@/api/ProblemMessage";
import { QueryState } from "@/api/QueryState";
import { useHasRole } from "@/api/access";
import { useCustomer } from "@/api/customers";
import { zeroPoliciesText } from "@/api/zeroPolicies";
import { useLinkStyles } from "@/ui/links";
import { Page } from "@/ui/Page";
import { type Report, reportOptions, useReportExport } from "../queries";
import { NO_FILTERS, type ReportSearch, type SearchChange } from "../search";
import { Checks } from "./Checks";
import { ExportMenu } from "./ExportMenu";
import { FindingDrawer } from "./FindingDrawer";
import { Findings } from "./Findings";
import { Overview } from "./Overview";

const route = getRouteApi("/shell/customers/$customerId/report");

const useStyles = makeStyles({ tabs: { marginInline: "-10px" } });

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
      lead={`Sign-ins of ${customer.display_name} that its live policies leave open, against its comparison baseline and the reference checks; worst first.`}
      commands={
        canExport && <ExportMenu busy={exporting.isPending} onExport={(format) => exporting.mutate(format)} />
      }
    >
      <ProblemMessage error={exporting.error} />
      <QueryState query={query}>{(report) => <Content report={report} search={search} />}</QueryState>
    </Page>
  );
}

function Content({ report, search }: { report: Report; search: ReportSearch }) {
  const styles = useStyles();
  const links = useLinkStyles();
  const navigate = route.useNavigate();
  const change: SearchChange = (patch, replace) =>
    void navigate({ search: (before) => ({ ...before, ...patch }), replace });
  const view = search.view ?? "findings";
  return (
    <>
      <Overview report={report} />
      {report.zero_policies && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>{zeroPoliciesText(report.zero_policies).title}</MessageBarTitle>
            {zeroPoliciesText(report.zero_policies).text}
          </MessageBarBody>
        </MessageBar>
      )}
      {report.notice && report.findings.length > 0 && (
        <MessageBar layout="multiline">
          <MessageBarBody>
            {report.notice}
            {report.comparison_baseline.kind === "workspace_baseline" && (
              <>
                {" "}
                <Link
                  to="/customers/$customerId/settings/bindings"
                  params={{ customerId: report.customer_id }}
                  className={links.inline}
                >
                  Look at the bindings
                </Link>
              </>
            )}
          </MessageBarBody>
        </MessageBar>
      )}
      <TabList
        className={`no-print ${styles.tabs}`}
        selectedValue={view}
        onTabSelect={(_, data) =>
          // What both lists know stays.
          change(
            {
              ...NO_FILTERS,
              search: search.search,
              framework: search.framework,
              view: data.value === "checks" ? "checks" : undefined,
            },
            false,
          )
        }
      >
        <Tab value="findings">{`Findings (${report.findings.length})`}</Tab>
        <Tab value="checks">{`Reference checks (${report.checks.length})`}</Tab>
      </TabList>
      {view === "checks" ? (
        <Checks report={report} search={search} onSearch={change} />
      ) : (
        <Findings report={report} search={search} onSearch={change} />
      )}
      <FindingDrawer
        report={report}
        finding={report.findings.find((finding) => finding.id === search.finding)}
        onClose={() => change({ finding: undefined }, false)}
      />
    </>
  );
}
