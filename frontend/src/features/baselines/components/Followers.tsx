import { Text } from "@fluentui/react-components";
import { Link } from "@tanstack/react-router";
import { QueryState } from "@/api/QueryState";
import type { components } from "@/api/schema";
import { type Column, DataTable } from "@/ui/DataTable";
import { useLinkStyles } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { LoadingRows } from "@/ui/States";
import { type Baseline, useFollowers } from "../queries";

type Follower = components["schemas"]["BaselineCustomerOut"];

const COLUMNS: readonly Column<Follower>[] = [
  { id: "name", header: "Customer", cell: (follower) => <NameCell follower={follower} /> },
  {
    id: "wanted",
    header: "Follows",
    cell: ({ pinned }) => (pinned ? `Version ${pinned}` : "Latest version"),
  },
  {
    id: "compared",
    header: "Report rests on",
    cell: ({ compared }) => (compared ? `Version ${compared}` : "Not imported yet"),
  },
];

function NameCell({ follower }: { follower: Follower }) {
  const links = useLinkStyles();
  return (
    <Link to="/customers/$customerId/report" params={{ customerId: follower.id }} className={links.text}>
      {follower.display_name}
    </Link>
  );
}

/** Which customers are compared with a baseline, and with which version. */
export function Followers({ baseline }: { baseline: Baseline }) {
  const query = useFollowers(baseline.id);
  return (
    <Panel title="Customers">
      <QueryState query={query} loading={<LoadingRows rows={2} label="Loading customers" />}>
        {({ items }) =>
          items.length === 0 ? (
            <Text>No customer is compared with it.</Text>
          ) : (
            <DataTable label="Customers compared" rows={items} rowKey={({ id }) => id} columns={COLUMNS} />
          )
        }
      </QueryState>
    </Panel>
  );
}
