import { Caption1, Link as TextButton, makeStyles, tokens } from "@fluentui/react-components";
import { type Column, DataTable } from "@/ui/DataTable";
import { SeverityBadge } from "@/ui/SeverityBadge";
import type { Finding } from "../queries";
import { KIND_LABEL, SOURCE_LABEL, shareText } from "../words";

const useStyles = makeStyles({
  title: { textAlign: "start", fontWeight: tokens.fontWeightSemibold },
  quiet: { display: "block", color: tokens.colorNeutralForeground3 },
  share: { display: "flex", alignItems: "center", gap: "8px", whiteSpace: "nowrap" },
  track: {
    width: "64px",
    height: "8px",
    borderRadius: tokens.borderRadiusSmall,
    backgroundColor: tokens.colorNeutralBackground5,
    overflow: "hidden",
  },
  fill: { height: "100%", backgroundColor: "var(--severity-high)", printColorAdjust: "exact" },
});

interface FindingTableProps {
  findings: readonly Finding[];
  open: string | undefined;
  onOpen: (finding: Finding) => void;
}

export function FindingTable({ findings, open, onOpen }: FindingTableProps) {
  const anyShare = findings.some((finding) => typeof finding.share === "number");
  const columns: Column<Finding>[] = [
    {
      id: "title",
      header: "Finding",
      width: "40%",
      cell: (finding) => <TitleCell finding={finding} onOpen={onOpen} />,
    },
    {
      id: "severity",
      header: "Severity",
      width: "120px",
      cell: (finding) => <SeverityBadge severity={finding.severity} />,
    },
    { id: "kind", header: "Kind", width: "90px", cell: (finding) => KIND_LABEL[finding.kind] },
    ...(anyShare
      ? [
          {
            id: "share",
            header: "Unprotected",
            cell: (finding: Finding) => <Share share={finding.share ?? null} />,
          },
        ]
      : []),
    { id: "source", header: "Against", wideOnly: true, cell: (finding) => SOURCE_LABEL[finding.source] },
    ...(findings.some((finding) => finding.frameworks.length > 0)
      ? [
          {
            id: "frameworks",
            header: "Frameworks",
            wideOnly: true,
            cell: (finding: Finding) => finding.frameworks.join(", "),
          },
        ]
      : []),
  ];
  return (
    <DataTable
      label="Findings"
      rows={findings}
      rowKey={(finding) => finding.id}
      columns={columns}
      onOpen={onOpen}
      {...(open ? { selected: open } : {})}
    />
  );
}

function TitleCell({ finding, onOpen }: { finding: Finding; onOpen: (finding: Finding) => void }) {
  const styles = useStyles();
  return (
    <>
      <TextButton as="button" className={styles.title} onClick={() => onOpen(finding)}>
        {finding.title}
      </TextButton>
      <Caption1 className={styles.quiet}>{finding.cause}</Caption1>
    </>
  );
}

function Share({ share }: { share: number | null }) {
  const styles = useStyles();
  if (share === null) return null;
  return (
    <span className={styles.share}>
      <span className={styles.track} aria-hidden="true">
        <span className={styles.fill} style={{ display: "block", width: `${Math.max(2, share * 100)}%` }} />
      </span>
      {shareText(share)}
    </span>
  );
}
