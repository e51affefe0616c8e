import { Button, Dropdown, Field, Option, makeStyles } from "@fluentui/react-components";
import { ArrowLeftRegular, ArrowSwapRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { QueryState } from "@/api/QueryState";
import { type Customer, useCustomer } from "@/api/customers";
import { exactTime } from "@/lib/time";
import { useLinkStyles } from "@/ui/links";
import { Page } from "@/ui/Page";
import { EmptyState, LoadingRows } from "@/ui/States";
import { type Snapshot, comparisonOptions, snapshotsOptions } from "../queries";
import { type CompareSearch, pairOf } from "../search";
import { Comparison } from "./Comparison";

const route = getRouteApi("/shell/customers/$customerId/snapshots/compare");

const useStyles = makeStyles({
  pickers: { display: "flex", flexWrap: "wrap", gap: "8px 16px", alignItems: "flex-end" },
  drop: { minWidth: "240px" },
});

/** What changed from one snapshot to another: first what it does to sign-ins, then policy by policy. */
export function ComparePage() {
  const customer = useCustomer();
  const links = useLinkStyles();
  const query = useQuery(snapshotsOptions(customer.id));
  return (
    <Page
      title="Compare snapshots"
      documentTitle={`Compare snapshots · ${customer.display_name}`}
      lead="Which sign-ins lost or gained protection from one snapshot to another, and what changed in the policies."
      commands={
        <Link
          to="/customers/$customerId/snapshots"
          params={{ customerId: customer.id }}
          className={links.command}
        >
          <ArrowLeftRegular aria-hidden="true" />
          All snapshots
        </Link>
      }
    >
      <QueryState query={query}>
        {(page) => <Compare customer={customer} snapshots={page.items} />}
      </QueryState>
    </Page>
  );
}

function Compare({ customer, snapshots }: { customer: Customer; snapshots: readonly Snapshot[] }) {
  const search = route.useSearch();
  const pair = pairOf(snapshots, search);
  if (!pair) {
    return (
      <EmptyState title="There is nothing to compare yet">
        It takes two snapshots. Re-sync the customer to take another one.
      </EmptyState>
    );
  }
  return (
    <>
      <Pickers snapshots={snapshots} pair={pair} />
      {pair.before === pair.after ? (
        <EmptyState title="This is the same snapshot twice">Choose another one to compare with.</EmptyState>
      ) : (
        <Loaded customer={customer} pair={pair} />
      )}
    </>
  );
}

type Pair = Required<CompareSearch>;

function Loaded({ customer, pair }: { customer: Customer; pair: Pair }) {
  const query = useQuery(comparisonOptions(customer.id, pair.before, pair.after));
  return (
    <QueryState query={query} loading={<LoadingRows rows={4} height={72} label="Comparing" />}>
      {(comparison) => <Comparison comparison={comparison} />}
    </QueryState>
  );
}

function Pickers({ snapshots, pair }: { snapshots: readonly Snapshot[]; pair: Pair }) {
  const styles = useStyles();
  const navigate = route.useNavigate();
  const change = (next: Pair) => void navigate({ search: next, replace: true });
  return (
    <div className={`no-print ${styles.pickers}`}>
      <Picker
        label="From"
        snapshots={snapshots}
        value={pair.before}
        onChange={(before) => change({ ...pair, before })}
      />
      <Picker
        label="To"
        snapshots={snapshots}
        value={pair.after}
        onChange={(after) => change({ ...pair, after })}
      />
      <Button icon={<ArrowSwapRegular />} onClick={() => change({ before: pair.after, after: pair.before })}>
        Swap
      </Button>
    </div>
  );
}

interface PickerProps {
  label: string;
  snapshots: readonly Snapshot[];
  value: string;
  onChange: (id: string) => void;
}

function Picker({ label, snapshots, value, onChange }: PickerProps) {
  const styles = useStyles();
  const text = (snapshot: Snapshot) =>
    `${exactTime(Date.parse(snapshot.taken_at))}${snapshot === snapshots[0] ? " (newest)" : ""}`;
  const chosen = snapshots.find(({ id }) => id === value);
  return (
    <Field label={label}>
      <Dropdown
        className={styles.drop}
        value={chosen ? text(chosen) : "A snapshot that is not listed"}
        selectedOptions={[value]}
        onOptionSelect={(_, data) => data.optionValue && onChange(data.optionValue)}
      >
        {snapshots.map((snapshot) => (
          <Option key={snapshot.id} value={snapshot.id}>
            {text(snapshot)}
          </Option>
        ))}
      </Dropdown>
    </Field>
  );
}
