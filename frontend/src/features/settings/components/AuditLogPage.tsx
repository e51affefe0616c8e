import {
  Button,
  Caption1,
  Field,
  Input,
  Text,
  ToolbarButton,
  makeStyles,
  tokens,
} from "@fluentui/react-components";
import { ArrowDownloadRegular } from "@fluentui/react-icons";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { ProblemMessage } from "@/api/ProblemMessage";
import { save } from "@/lib/save";
import { exactTime } from "@/lib/time";
import { type Column, DataTable } from "@/ui/DataTable";
import { Page } from "@/ui/Page";
import { SearchField } from "@/ui/SearchField";
import { EmptyState, LoadingRows } from "@/ui/States";
import { ExactTime } from "@/ui/Time";
import { type AuditEntry, type AuditFilter, auditOptions, useAuditExport } from "../queries";
import type { AuditSearch } from "../routes";

const route = getRouteApi("/shell/settings/audit-log");

const useStyles = makeStyles({
  quiet: {
    display: "block",
    color: tokens.colorNeutralForeground3,
    "@media (min-width: 1280px)": { whiteSpace: "nowrap" },
  },
  // Ids give way before the table has to scroll.
  details: { overflowWrap: "anywhere" },
  code: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
  filters: { display: "flex", gap: "12px", flexWrap: "wrap", alignItems: "end" },
  more: { display: "flex", justifyContent: "center" },
});

const KIND_LABEL: Record<AuditEntry["actor_kind"], string> = {
  user: "Person",
  api_token: "API token",
  external: "Person of the outside issuer",
  system: "Policytab itself",
};

const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** The facts of an entry as "name: value", without those that say nothing. */
function detailText(details: unknown): string {
  if (typeof details !== "object" || details === null) return "";
  return Object.entries(details)
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => `${name.replaceAll("_", " ")}: ${asText(value)}`)
    .join(", ");
}

function asText(value: unknown): string {
  if (Array.isArray(value)) return value.map(asText).join("; ");
  if (typeof value === "object" && value !== null) return detailText(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  // Times in the reader's zone, as the first column has them.
  if (typeof value === "string" && INSTANT.test(value)) return exactTime(Date.parse(value));
  return String(value);
}

function useColumns(): Column<AuditEntry>[] {
  const styles = useStyles();
  return [
    {
      id: "at",
      header: "When",
      cell: (entry) => <ExactTime at={entry.at} />,
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
    {
      id: "details",
      header: "Details",
      cell: (entry) => {
        const text = detailText(entry.details);
        return text && <span className={styles.details}>{text}</span>;
      },
    },
    { id: "from", header: "From", wideOnly: true, cell: (entry) => entry.ip ?? "" },
  ];
}

export function AuditLogPage() {
  const styles = useStyles();
  const columns = useColumns();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (patch: Partial<AuditSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...patch }), replace: true });
  const filter: AuditFilter = {
    ...(search.search && { search: search.search }),
    // The day begins where the reader is.
    ...(search.since && { since: new Date(`${search.since}T00:00:00`).toISOString() }),
  };
  const log = useInfiniteQuery({ ...auditOptions(filter), placeholderData: keepPreviousData });
  const download = useAuditExport();
  const rows = log.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page
      title="Audit log"
      lead="Who did what, when, from where. Entries can't be changed; each holds the hash of the one before."
      commands={
        <ToolbarButton
          icon={<ArrowDownloadRegular />}
          disabled={download.isPending}
          onClick={() => download.mutate(filter, { onSuccess: (table) => save(table, "audit-log.csv") })}
        >
          Export
        </ToolbarButton>
      }
    >
      {download.error && <ProblemMessage error={download.error} />}
      <div className={styles.filters} role="search">
        <SearchField
          label="Search the log"
          value={search.search ?? ""}
          onChange={(text) => change({ search: text || undefined })}
        />
        <Field label="Since">
          <Input
            type="date"
            value={search.since ?? ""}
            onChange={(_, data) => change({ since: data.value || undefined })}
          />
        </Field>
      </div>
      {log.isPending && <LoadingRows rows={10} label="Loading the audit log" />}
      {log.error && <ProblemMessage error={log.error} onRetry={() => void log.refetch()} />}
      {log.data && rows.length === 0 && (
        <EmptyState title={search.search || search.since ? "No entry matches" : "Nothing happened yet"} />
      )}
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
