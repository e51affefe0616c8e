import { Button, Caption1, makeStyles, tokens } from "@fluentui/react-components";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { Customer } from "@/api/customers";
import { nextStepPath } from "@/lib/nextStep";
import { type Column, DataTable, type Sort } from "@/ui/DataTable";
import { useLinkStyles } from "@/ui/links";
import { Sparkline } from "@/ui/Sparkline";
import { PolicyStateBar, SeverityBar } from "@/ui/StackedBar";
import { Time } from "@/ui/Time";
import type { ListedCustomer } from "../queries";
import type { CustomerSort } from "../search";
import { CustomerStatus, CustomerWarnings, licenceText } from "./CustomerStatus";

const useStyles = makeStyles({
  name: { fontWeight: tokens.fontWeightSemibold },
  domain: { display: "block", color: tokens.colorNeutralForeground3 },
  more: { display: "flex", justifyContent: "center", padding: "12px" },
  quiet: { color: tokens.colorNeutralForeground3 },
});

function NameCell({ customer }: { customer: Customer }) {
  const styles = useStyles();
  const links = useLinkStyles();
  return (
    <>
      <Link
        to={nextStepPath(customer.next_step)}
        params={{ customerId: customer.id }}
        className={`${links.text} ${styles.name}`}
      >
        {customer.display_name}
      </Link>
      {customer.tenant && (
        <Caption1 className={styles.domain}>
          {customer.tenant.default_domain ?? customer.tenant.display_name}
        </Caption1>
      )}
    </>
  );
}

const COLUMNS: readonly Column<ListedCustomer>[] = [
  {
    id: "name",
    header: "Customer",
    sortKey: "name",
    width: "22%",
    cell: (customer) => <NameCell customer={customer} />,
  },
  {
    id: "status",
    header: "Status",
    cell: (customer) => (
      <>
        <CustomerStatus customer={customer} />
        <CustomerWarnings customer={customer} />
      </>
    ),
  },
  { id: "licence", header: "Licence", width: "90px", wideOnly: true, cell: licenceText },
  {
    id: "policies",
    header: "Policies",
    width: "150px",
    cell: ({ counts }) =>
      counts && (
        <PolicyStateBar
          on={counts.policies.enabled}
          reportOnly={counts.policies.report_only}
          off={counts.policies.disabled}
        />
      ),
  },
  {
    id: "findings",
    header: "Findings",
    sortKey: "severity",
    width: "215px",
    cell: ({ counts }) => counts && <SeverityBar counts={counts.findings} />,
  },
  {
    id: "trend",
    header: "Trend",
    width: "130px",
    wideOnly: true,
    cell: ({ trend }) => <Sparkline values={trend} noun="Critical and high findings" />,
  },
  {
    id: "snapshot",
    header: "Last snapshot",
    sortKey: "last_snapshot_at",
    cell: (customer) => <Time at={customer.last_snapshot_at} none="" />,
  },
];

interface CustomerTableProps {
  rows: readonly ListedCustomer[];
  sort: CustomerSort;
  onSort: (sort: CustomerSort) => void;
  hasMore: boolean;
  loadingMore: boolean;
  onMore: () => void;
}

export function CustomerTable({ rows, sort, onSort, hasMore, loadingMore, onMore }: CustomerTableProps) {
  const styles = useStyles();
  const navigate = useNavigate();
  const shown: Sort = sort.startsWith("-")
    ? { key: sort.slice(1), descending: true }
    : { key: sort, descending: false };
  return (
    <>
      <DataTable
        label="Customers"
        rows={rows}
        rowKey={(customer) => customer.id}
        columns={COLUMNS}
        sort={shown}
        onSort={({ key, descending }) => {
          // The first click on findings wants the worst on top.
          const first = key !== shown.key && key !== "name";
          onSort(`${descending || first ? "-" : ""}${key}` as CustomerSort);
        }}
        onOpen={(customer) =>
          void navigate({ to: nextStepPath(customer.next_step), params: { customerId: customer.id } })
        }
      />
      {hasMore && (
        <div className={styles.more}>
          <MoreButton busy={loadingMore} onMore={onMore} />
        </div>
      )}
    </>
  );
}

/** Loads the next page by itself when it comes into sight; the button is for the keyboard and for retries. */
function MoreButton({ busy, onMore }: { busy: boolean; onMore: () => void }) {
  const anchor = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const target = anchor.current;
    if (!target || busy || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) onMore();
    });
    observer.observe(target);
    return () => observer.disconnect();
  }, [busy, onMore]);
  return (
    <Button ref={anchor} disabled={busy} onClick={onMore}>
      {busy ? "Loading more" : "Show more"}
    </Button>
  );
}
