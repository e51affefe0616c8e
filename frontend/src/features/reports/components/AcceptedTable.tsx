import { makeStyles } from "@fluentui/react-components";
import { dayOf } from "@/lib/time";
import { type Column, DataTable } from "@/ui/DataTable";
import { SeverityBadge } from "@/ui/SeverityBadge";
import type { Finding } from "../queries";
import { type FindingTableProps, TitleCell } from "./FindingTable";

const useStyles = makeStyles({
  reason: {
    display: "-webkit-box",
    WebkitLineClamp: 3,
    WebkitBoxOrient: "vertical",
    overflow: "hidden",
    overflowWrap: "anywhere",
  },
});

/** Accepted findings: why each may stay, who answers for it, until when. */
export function AcceptedTable({ findings, open, onOpen }: FindingTableProps) {
  const styles = useStyles();
  const columns: Column<Finding>[] = [
    {
      id: "title",
      header: "Finding",
      width: "36%",
      cell: (finding) => <TitleCell finding={finding} onOpen={onOpen} />,
    },
    {
      id: "severity",
      header: "Severity",
      width: "104px",
      cell: (finding) => <SeverityBadge severity={finding.severity} />,
    },
    {
      id: "reason",
      header: "Reason",
      width: "30%",
      cell: ({ acceptance }) => <span className={styles.reason}>{acceptance?.reason}</span>,
    },
    { id: "owner", header: "Owner", cell: ({ acceptance }) => acceptance?.owner },
    {
      id: "until",
      header: "Until",
      cell: ({ acceptance }) => acceptance && dayOf(Date.parse(acceptance.expires_at)),
    },
    { id: "by", header: "Accepted by", wideOnly: true, cell: ({ acceptance }) => acceptance?.accepted_by },
  ];
  return (
    <DataTable
      label="Accepted findings"
      rows={findings}
      rowKey={(finding) => finding.id}
      columns={columns}
      onOpen={(finding) => onOpen(finding.id)}
      {...(open ? { selected: open } : {})}
    />
  );
}
