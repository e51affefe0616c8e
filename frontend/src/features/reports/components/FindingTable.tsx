import {
  Badge,
  Caption1,
  Link as TextButton,
  makeStyles,
  mergeClasses,
  tokens,
} from "@fluentui/react-components";
import { numbersFirst, shortReference } from "@/lib/frameworks";
import { counted } from "@/lib/text";
import { type Column, DataTable } from "@/ui/DataTable";
import { SeverityBadge } from "@/ui/SeverityBadge";
import { ShareBar } from "@/ui/ShareBar";
import type { Finding } from "../queries";
import { ENDED_LABEL, KIND_LABEL, SOURCE_LABEL, STATUS_LABEL, licenceText, readRegion } from "../words";

const useStyles = makeStyles({
  title: {
    textAlign: "start",
    fontWeight: tokens.fontWeightSemibold,
    lineHeight: tokens.lineHeightBase300,
  },
  policy: { display: "block" },
  small: { fontSize: tokens.fontSizeBase200, lineHeight: tokens.lineHeightBase200 },
  quiet: { display: "block", color: tokens.colorNeutralForeground3 },
  // Enough to tell findings apart; the rest is in the finding.
  clamped: {
    display: "-webkit-box",
    WebkitBoxOrient: "vertical",
    WebkitLineClamp: "2",
    overflow: "hidden",
  },
  where: { color: tokens.colorNeutralForeground3 },
  standing: { display: "flex", flexDirection: "column", gap: "4px", alignItems: "flex-start" },
  // Long licence names break instead of leaving the badge.
  badge: { height: "auto", whiteSpace: "normal", textAlign: "start" },
});

export interface FindingTableProps {
  findings: readonly Finding[];
  open: string | undefined;
  onOpen: (id: string) => void;
}

/** Open findings by rank. */
export function FindingTable({ findings, open, onOpen }: FindingTableProps) {
  const columns: Column<Finding>[] = [
    {
      id: "title",
      header: "Finding",
      cell: (finding) => <TitleCell finding={finding} onOpen={onOpen} />,
    },
    {
      id: "severity",
      header: "Severity",
      width: "84px",
      cell: (finding) => <SeverityBadge severity={finding.severity} />,
    },
    {
      id: "share",
      header: "Unprotected",
      width: "118px",
      cell: ({ share }) => typeof share === "number" && <ShareBar share={share} />,
    },
    { id: "source", header: "Against", width: "88px", cell: (finding) => <SourceCell finding={finding} /> },
    {
      id: "frameworks",
      header: "Frameworks",
      width: "104px",
      wideOnly: true,
      cell: (finding) => <FrameworksCell frameworks={finding.frameworks} />,
    },
    { id: "status", header: "Status", width: "84px", cell: (finding) => <StatusCell finding={finding} /> },
  ];
  return (
    <DataTable
      label="Findings"
      rows={findings}
      rowKey={(finding) => finding.id}
      columns={columns}
      onOpen={(finding) => onOpen(finding.id)}
      {...(open ? { selected: open } : {})}
    />
  );
}

/** A title that ends in the policy of the baseline that it is about. */
const NAMES_POLICY = /^(.+) (\(".+"\))$/;

/** The title, and below it for whom it is open. */
export function TitleCell({ finding, onOpen }: { finding: Finding; onOpen: (id: string) => void }) {
  const styles = useStyles();
  const [first] = finding.regions;
  const more = finding.regions.length - 1;
  const [, gap = finding.title, policy] = NAMES_POLICY.exec(finding.title) ?? [];
  return (
    <>
      <TextButton as="button" className={styles.title} onClick={() => onOpen(finding.id)}>
        {gap}
        {policy && <Caption1 className={styles.policy}>{` ${policy}`}</Caption1>}
      </TextButton>
      {first && (
        <Caption1 className={mergeClasses(styles.clamped, styles.where)} title={readRegion(first).where}>
          {readRegion(first).where}
          {more > 0 && `, and ${counted(more, "more region")}`}
        </Caption1>
      )}
    </>
  );
}

function SourceCell({ finding }: { finding: Finding }) {
  const styles = useStyles();
  return (
    <>
      {SOURCE_LABEL[finding.source]}
      {finding.source === "comparison_baseline" && (
        <Caption1 className={styles.quiet}>{KIND_LABEL[finding.kind]}</Caption1>
      )}
    </>
  );
}

/** How many ids a row names before it counts. */
const NAMED = 2;

export function FrameworksCell({ frameworks }: { frameworks: readonly string[] }) {
  const styles = useStyles();
  if (frameworks.length === 0) return null;
  return (
    <span title={frameworks.join("\n")}>
      <span className={mergeClasses(styles.small, styles.clamped)}>
        {numbersFirst(frameworks).slice(0, NAMED).map(shortReference).join(", ")}
      </span>
      {frameworks.length > NAMED && (
        <Caption1 className={styles.quiet}>{`and ${frameworks.length - NAMED} more`}</Caption1>
      )}
    </span>
  );
}

function StatusCell({ finding }: { finding: Finding }) {
  const styles = useStyles();
  const ended = finding.acceptance?.ended;
  const licence = licenceText(finding);
  return (
    <span className={styles.standing}>
      {ended ? ENDED_LABEL[ended] : STATUS_LABEL[finding.status]}
      {licence && (
        <Badge appearance="tint" color="informative" className={styles.badge}>
          {licence}
        </Badge>
      )}
    </span>
  );
}
