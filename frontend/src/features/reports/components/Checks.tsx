import { Button, Caption1, Link as TextButton, Text, makeStyles, tokens } from "@fluentui/react-components";
import { CheckmarkCircleFilled, DismissCircleFilled, QuestionCircleRegular } from "@fluentui/react-icons";
import type { ReactNode } from "react";
import { counted } from "@/lib/text";
import { type Column, DataTable } from "@/ui/DataTable";
import { EmptyState } from "@/ui/States";
import { StatusBadge, type Tone } from "@/ui/StatusBadge";
import type { Check, Report } from "../queries";
import { NO_FILTERS, type ReportSearch, type SearchChange, filterChecks, isFiltered } from "../search";
import { RESULT_LABEL } from "../words";
import { CheckFilters } from "./ReportFilters";
import { FrameworksCell } from "./FindingTable";

const useStyles = makeStyles({
  title: {
    textAlign: "start",
    fontWeight: tokens.fontWeightSemibold,
    lineHeight: tokens.lineHeightBase300,
  },
  // The whole of it is in the finding: a catalog is looked over, not read.
  why: { display: "-webkit-box", WebkitBoxOrient: "vertical", WebkitLineClamp: "4", overflow: "hidden" },
  quiet: { color: tokens.colorNeutralForeground2 },
  id: { display: "block", color: tokens.colorNeutralForeground3, fontFamily: tokens.fontFamilyMonospace },
});

const LOOK: Record<Check["status"], { tone: Tone; icon: ReactNode }> = {
  met: { tone: "good", icon: <CheckmarkCircleFilled /> },
  not_met: { tone: "bad", icon: <DismissCircleFilled /> },
  not_assessable: { tone: "quiet", icon: <QuestionCircleRegular /> },
};

interface ChecksProps {
  report: Report;
  search: ReportSearch;
  onSearch: SearchChange;
}

/** Every check of the reference catalog with what became of it and why. */
export function Checks({ report, search, onSearch }: ChecksProps) {
  const styles = useStyles();
  if (report.checks.length === 0) {
    return (
      <EmptyState title="This report has no reference checks">
        It was made before they existed. Re-sync the customer to have them decided.
      </EmptyState>
    );
  }
  const shown = filterChecks(report.checks, search);
  const open = (id: string) => onSearch({ finding: id }, false);
  const columns: Column<Check>[] = [
    {
      id: "title",
      header: "Check",
      width: "34%",
      cell: (check) => <TitleCell check={check} onOpen={open} />,
    },
    {
      id: "result",
      header: "Result",
      width: "100px",
      cell: ({ status }) => (
        <StatusBadge tone={LOOK[status].tone} icon={LOOK[status].icon}>
          {RESULT_LABEL[status]}
        </StatusBadge>
      ),
    },
    {
      id: "why",
      header: "Why",
      cell: (check) => (
        <span className={styles.why} title={check.detail}>
          {check.detail}
        </span>
      ),
    },
    {
      id: "frameworks",
      header: "Frameworks",
      width: "110px",
      wideOnly: true,
      cell: (check) => <FrameworksCell frameworks={check.frameworks} />,
    },
  ];
  return (
    <>
      <CheckFilters report={report} search={search} onSearch={(patch) => onSearch(patch, true)} />
      <Text role="status" className={styles.quiet}>
        {isFiltered(search)
          ? `${shown.length} of ${counted(report.checks.length, "check")}`
          : counted(report.checks.length, "check")}
      </Text>
      {shown.length === 0 ? (
        <EmptyState
          title="No check matches"
          actions={<Button onClick={() => onSearch(NO_FILTERS, true)}>Clear filters</Button>}
        />
      ) : (
        <DataTable
          label="Reference checks"
          rows={shown}
          rowKey={(check) => check.id}
          columns={columns}
          onOpen={({ finding_id: id }) => id && open(id)}
        />
      )}
    </>
  );
}

function TitleCell({ check, onOpen }: { check: Check; onOpen: (id: string) => void }) {
  const styles = useStyles();
  const { finding_id: finding } = check;
  return (
    <>
      {finding ? (
        <TextButton as="button" className={styles.title} onClick={() => onOpen(finding)}>
          {check.title}
        </TextButton>
      ) : (
        <span className={styles.title}>{check.title}</span>
      )}
      <Caption1 className={styles.id}>{check.id}</Caption1>
    </>
  );
}
