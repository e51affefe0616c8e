import { Button, Subtitle2, Text, makeStyles, tokens } from "@fluentui/react-components";
import { CheckmarkCircleRegular, ShieldCheckmarkRegular } from "@fluentui/react-icons";
import { counted } from "@/lib/text";
import { EmptyState } from "@/ui/States";
import type { Report } from "../queries";
import { NO_FILTERS, type ReportSearch, type SearchChange, filterFindings, isFiltered } from "../search";
import { AcceptedTable } from "./AcceptedTable";
import { FindingTable } from "./FindingTable";
import { ReportFilters } from "./ReportFilters";

const useStyles = makeStyles({
  title: { margin: 0, marginTop: "8px" },
  quiet: { color: tokens.colorNeutralForeground2 },
});

interface FindingsProps {
  report: Report;
  search: ReportSearch;
  onSearch: SearchChange;
}

/** The findings by rank; the accepted ones apart, with who answers for them. */
export function Findings({ report, search, onSearch }: FindingsProps) {
  const styles = useStyles();
  if (report.findings.length === 0) return <NothingFound report={report} />;
  const shown = filterFindings(report.findings, search);
  const open = shown.filter((finding) => finding.status === "open");
  const accepted = shown.filter((finding) => finding.status === "accepted");
  const noGap = !report.findings.some((finding) => finding.status === "open" && finding.severity !== "info");
  const table = { open: search.finding, onOpen: (id: string) => onSearch({ finding: id }, false) };
  return (
    <>
      {noGap && <NoGap report={report} />}
      <ReportFilters report={report} search={search} onSearch={(patch) => onSearch(patch, true)} />
      <Text role="status" className={styles.quiet}>
        {isFiltered(search)
          ? `${shown.length} of ${counted(report.findings.length, "finding")}`
          : counted(report.findings.length, "finding")}
      </Text>
      {shown.length === 0 && (
        <EmptyState
          title="No finding matches"
          actions={<Button onClick={() => onSearch(NO_FILTERS, true)}>Clear filters</Button>}
        />
      )}
      {open.length > 0 && <FindingTable findings={open} {...table} />}
      {accepted.length > 0 && (
        <>
          <Subtitle2 as="h2" className={styles.title}>
            Accepted findings
          </Subtitle2>
          <Text className={styles.quiet}>
            Somebody answers for these for a while. They come back by themselves when the time is over or the
            facts behind them change.
          </Text>
          <AcceptedTable findings={accepted} {...table} />
        </>
      )}
    </>
  );
}

/** Said plainly, above what is there for information; what could not be told is no pass. */
function NoGap({ report }: { report: Report }) {
  const unknown = report.checks.filter(({ status }) => status === "not_assessable").length;
  return (
    <EmptyState icon={<CheckmarkCircleRegular />} title="No gap is open">
      {report.summary.accepted > 0
        ? "The gaps that exist were accepted. What else follows is for information."
        : "The live policies protect all that was asked for. What follows is for information."}
      {unknown > 0 && ` ${counted(unknown, "reference check")} could not be assessed, which is no pass.`}
    </EmptyState>
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
