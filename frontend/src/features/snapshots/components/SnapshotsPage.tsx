import { Link as TextButton, makeStyles, tokens } from "@fluentui/react-components";
import { ArrowSwapRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { QueryState } from "@/api/QueryState";
import { useHasRole } from "@/api/access";
import { useCustomer } from "@/api/customers";
import { type Column, DataTable } from "@/ui/DataTable";
import { useLinkStyles } from "@/ui/links";
import { Page } from "@/ui/Page";
import { PolicyStateBar } from "@/ui/StackedBar";
import { EmptyState } from "@/ui/States";
import { ExactTime, Time } from "@/ui/Time";
import { type Snapshot, snapshotsOptions } from "../queries";
import { MakeBaseline } from "./MakeBaseline";

const useStyles = makeStyles({ make: { textAlign: "start", lineHeight: tokens.lineHeightBase300 } });

const COLUMNS: readonly Column<Snapshot>[] = [
  { id: "taken", header: "Taken", cell: (snapshot) => <TakenCell snapshot={snapshot} /> },
  { id: "age", header: "Age", cell: (snapshot) => <Time at={snapshot.taken_at} /> },
  {
    id: "policies",
    header: "Policies",
    width: "160px",
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

/** Leads from each snapshot to what changed since the one before it. */
function changesColumn(snapshots: readonly Snapshot[]): Column<Snapshot> {
  const before = new Map(snapshots.map(({ id }, index) => [id, snapshots[index + 1]]));
  return {
    id: "changes",
    header: "Changes",
    cell: (snapshot) => <ChangesCell snapshot={snapshot} before={before.get(snapshot.id)} />,
  };
}

/** What a customer has can be what others are compared with. */
function baselineColumn(onMake: (snapshot: Snapshot) => void): Column<Snapshot> {
  return {
    id: "baseline",
    header: "Baseline",
    cell: (snapshot) => snapshot.policies.total > 0 && <MakeCell onMake={() => onMake(snapshot)} />,
  };
}

function MakeCell({ onMake }: { onMake: () => void }) {
  return (
    <TextButton as="button" className={useStyles().make} onClick={onMake}>
      Make baseline
    </TextButton>
  );
}

function ChangesCell({ snapshot, before }: { snapshot: Snapshot; before: Snapshot | undefined }) {
  const links = useLinkStyles();
  if (!before) return null;
  return (
    <Link
      to="/customers/$customerId/snapshots/compare"
      params={{ customerId: snapshot.customer_id }}
      search={{ before: before.id, after: snapshot.id }}
      className={links.text}
    >
      Since the one before
    </Link>
  );
}

function TakenCell({ snapshot }: { snapshot: Snapshot }) {
  const links = useLinkStyles();
  return (
    <Link
      to="/customers/$customerId/policies"
      params={{ customerId: snapshot.customer_id }}
      search={{ snapshot: snapshot.id }}
      className={links.text}
    >
      <ExactTime at={snapshot.taken_at} />
    </Link>
  );
}

export function SnapshotsPage() {
  const customer = useCustomer();
  const navigate = useNavigate();
  const links = useLinkStyles();
  const query = useQuery(snapshotsOptions(customer.id));
  const several = (query.data?.items.length ?? 0) > 1;
  const admin = useHasRole("admin");
  const [gold, setGold] = useState<Snapshot>();
  return (
    <Page
      title="Snapshots"
      documentTitle={`Snapshots · ${customer.display_name}`}
      lead="What was read from the tenant, as it was read. Open one to see its policies, or compare any two."
      commands={
        several && (
          <Link
            to="/customers/$customerId/snapshots/compare"
            params={{ customerId: customer.id }}
            className={links.command}
          >
            <ArrowSwapRegular aria-hidden="true" />
            Compare two
          </Link>
        )
      }
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
              columns={[
                ...COLUMNS,
                ...(several ? [changesColumn(page.items)] : []),
                ...(admin ? [baselineColumn(setGold)] : []),
              ]}
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
      {gold && (
        <MakeBaseline snapshot={gold} customer={customer.display_name} onClose={() => setGold(undefined)} />
      )}
    </Page>
  );
}
