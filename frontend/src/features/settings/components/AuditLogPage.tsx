import { Button, Caption1, Text, makeStyles, tokens } from "@fluentui/react-components";
import { useInfiniteQuery } from "@tanstack/react-query";
import { ProblemMessage } from "@/api/ProblemMessage";
import { exactTime } from "@/lib/time";
import { type Column, DataTable } from "@/ui/DataTable";
import { Page } from "@/ui/Page";
import { EmptyState, LoadingRows } from "@/ui/States";
import { type AuditEntry, auditOptions } from "../queries";

const useStyles = makeStyles({
  quiet: { display: "block", color: tokens.colorNeutralForeground3 },
  code: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
  more: { display: "flex", justifyContent: "center" },
});

const KIND_LABEL: Record<AuditEntry["actor_kind"], string> = {
  user: "Person",
  api_token: "API token",
  external: "Person of the outside issuer",
  system: "Policytab itself",
};

/** The facts of an entry as "name: value", without those that say nothing. */
function detailText(details: unknown): string {
  if (typeof details !== "object" || details === null) return "";
  return Object.entries(details)
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => `${name.replaceAll("_", " ")}: ${asText(value)}`)
    .join(", ");
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function useColumns(): Column<AuditEntry>[] {
  const styles = useStyles();
  return [
    {
      id: "at",
      header: "When",
      width: "190px",
      cell: (entry) => <time dateTime={entry.at}>{exactTime(Date.parse(entry.at))}</time>,
    },
    {
      id: "who",
      header: "Who",
      cell: (entry) => (
        <>
          <Text weight="semibold">{entry.actor_name}</Text>
          <Caption1 className={styles.quiet}>{KIND_LABEL[entry.actor_kind]}</Caption1>
        </>
      ),
    },
    { id: "what", header: "What", cell: (entry) => <span className={styles.code}>{entry.action}</span> },
    { id: "details", header: "Details", cell: (entry) => detailText(entry.details) },
    { id: "from", header: "From", wideOnly: true, cell: (entry) => entry.ip ?? "" },
  ];
}

export function AuditLogPage() {
  const styles = useStyles();
  const columns = useColumns();
  const log = useInfiniteQuery(auditOptions());
  const rows = log.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page
      title="Audit log"
      lead="Who did what, when, from where. Entries can't be changed; each holds the hash of the one before."
    >
      {log.isPending && <LoadingRows rows={10} label="Loading the audit log" />}
      {log.error && <ProblemMessage error={log.error} onRetry={() => void log.refetch()} />}
      {log.data && rows.length === 0 && <EmptyState title="Nothing happened yet" />}
      {rows.length > 0 && (
        <DataTable label="Audit log" rows={rows} rowKey={(entry) => String(entry.seq)} columns={columns} />
      )}
      {log.hasNextPage && (
        <div className={styles.more}>
          <Button disabled={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
            {log.isFetchingNextPage ? "Loading more" : "Show more"}
          </Button>
        </div>
      )}
    </Page>
  );
}
