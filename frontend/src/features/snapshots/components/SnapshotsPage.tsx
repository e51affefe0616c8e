import { Link, useNavigate } from "@tanstack/react-router";
import { QueryState } from "@/api/QueryState";
import { api } from "@/api/client";
import { useCustomer } from "@/api/customers";
import type { components } from "@/api/schema";
import { exactTime } from "@/lib/time";
import { type Column, DataTable } from "@/ui/DataTable";
import { useLinkStyles } from "@/ui/links";
import { Page } from "@/ui/Page";
import { PolicyStateBar } from "@/ui/StackedBar";
import { EmptyState } from "@/ui/States";
import { Time } from "@/ui/Time";

type Snapshot = components["schemas"]["SnapshotOut"];

const COLUMNS: readonly Column<Snapshot>[] = [
  { id: "taken", header: "Taken", cell: (snapshot) => <TakenCell snapshot={snapshot} /> },
  { id: "age", header: "Age", cell: (snapshot) => <Time at={snapshot.taken_at} /> },
  {
    id: "policies",
    header: "Policies",
    width: "220px",
    cell: ({ policies }) => (
      <PolicyStateBar on={policies.enabled} reportOnly={policies.report_only} off={policies.disabled} />
    ),
  },
  {
    id: "defaults",
    header: "Security defaults",
    cell: ({ security_defaults: on }) => (on === null || on === undefined ? "Unknown" : on ? "On" : "Off"),
  },
];

function TakenCell({ snapshot }: { snapshot: Snapshot }) {
  const links = useLinkStyles();
  return (
    <Link
      to="/customers/$customerId/policies"
      params={{ customerId: snapshot.customer_id }}
      search={{ snapshot: snapshot.id }}
      className={links.text}
    >
      {exactTime(Date.parse(snapshot.taken_at))}
    </Link>
  );
}

export function SnapshotsPage() {
  const customer = useCustomer();
  const navigate = useNavigate();
  const query = api.useQuery("get", "/api/v1/customers/{id}/snapshots", {
    params: { path: { id: customer.id }, query: { limit: 200 } },
  });
  return (
    <Page
      title="Snapshots"
      documentTitle={`Snapshots · ${customer.display_name}`}
      lead="What was read from the tenant, as it was read. Open one to see its policies."
    >
      <QueryState query={query}>
        {(page) =>
          page.items.length === 0 ? (
            <EmptyState title="No snapshots yet" />
          ) : (
            <DataTable
              label="Snapshots"
              rows={page.items}
              rowKey={(snapshot) => snapshot.id}
              columns={COLUMNS}
              onOpen={(snapshot) =>
                void navigate({
                  to: "/customers/$customerId/policies",
                  params: { customerId: customer.id },
                  search: { snapshot: snapshot.id },
                })
              }
            />
          )
        }
      </QueryState>
    </Page>
  );
}
