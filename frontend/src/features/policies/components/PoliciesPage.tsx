import {
  Button,
  Checkbox,
  Dropdown,
  MessageBar,
  MessageBarBody,
  Option,
  Text,
  makeStyles,
  tokens,
} from "@fluentui/react-components";
import { ShieldRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { QueryState } from "@/api/QueryState";
import { type Customer, useCustomer } from "@/api/customers";
import { latestSnapshotOptions, snapshotOptions, snapshotPoliciesOptions } from "@/api/snapshots";
import { zeroPoliciesText } from "@/api/zeroPolicies";
import { counted } from "@/lib/text";
import { useLinkStyles } from "@/ui/links";
import { Page } from "@/ui/Page";
import { PolicyCard, type ReadablePolicy, policyStateLabel } from "@/ui/PolicyCard";
import { SearchField } from "@/ui/SearchField";
import { EmptyState, LoadingRows } from "@/ui/States";
import { Time } from "@/ui/Time";
import { type PolicySearch, STATES, chosenPolicies, filterPolicies } from "../search";
import { ComparePolicies } from "./ComparePolicies";

const route = getRouteApi("/shell/customers/$customerId/policies");

const useStyles = makeStyles({
  filters: { display: "flex", gap: "8px", flexWrap: "wrap", alignItems: "center" },
  cards: { display: "flex", flexDirection: "column", gap: "12px" },
  state: { minWidth: "150px" },
  chosen: {
    position: "sticky",
    // Below the bar at the top.
    top: "56px",
    zIndex: 5,
    display: "flex",
    flexWrap: "wrap",
    gap: "8px 16px",
    alignItems: "center",
    justifyContent: "space-between",
    padding: "8px 12px",
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorBrandStroke1}`,
    borderRadius: tokens.borderRadiusMedium,
    boxShadow: tokens.shadow8,
  },
});

export function PoliciesPage() {
  const customer = useCustomer();
  const search = route.useSearch();
  const latest = useQuery({ ...latestSnapshotOptions(customer.id), enabled: !search.snapshot });
  const id = search.snapshot ?? latest.data?.items[0]?.id;
  return (
    <Page title="Policies" documentTitle={`Policies · ${customer.display_name}`}>
      {search.snapshot && <OlderSnapshot customer={customer} snapshotId={search.snapshot} />}
      {id ? (
        <Policies customer={customer} snapshotId={id} search={search} />
      ) : (
        <QueryState query={latest}>{() => <LoadingRows />}</QueryState>
      )}
    </Page>
  );
}

function OlderSnapshot({ customer, snapshotId }: { customer: Customer; snapshotId: string }) {
  const links = useLinkStyles();
  const snapshot = useQuery(snapshotOptions(customer.id, snapshotId));
  return (
    <MessageBar layout="multiline">
      <MessageBarBody>
        These are the policies of the snapshot taken <Time at={snapshot.data?.taken_at} none="earlier" />.{" "}
        <Link
          to="/customers/$customerId/policies"
          params={{ customerId: customer.id }}
          className={links.inline}
        >
          Show the newest
        </Link>
      </MessageBarBody>
    </MessageBar>
  );
}

interface PoliciesProps {
  customer: Customer;
  snapshotId: string;
  search: PolicySearch;
}

function Policies({ customer, snapshotId, search }: PoliciesProps) {
  const query = useQuery(snapshotPoliciesOptions(customer.id, snapshotId));
  return (
    <QueryState query={query} loading={<LoadingRows rows={4} height={120} label="Loading policies" />}>
      {(list) =>
        list.items.length === 0 ? (
          <NoPolicies customer={customer} />
        ) : chosenPolicies(search).length === 2 ? (
          <ComparePolicies
            customer={customer}
            snapshotId={snapshotId}
            policies={list.items}
            chosen={chosenPolicies(search)}
          />
        ) : (
          <List policies={list.items} search={search} />
        )
      }
    </QueryState>
  );
}

function NoPolicies({ customer }: { customer: Customer }) {
  const diagnosis = customer.zero_policies ? zeroPoliciesText(customer.zero_policies) : undefined;
  return (
    <EmptyState icon={<ShieldRegular />} title={diagnosis?.title ?? "This snapshot holds no policies"}>
      {diagnosis?.text}
    </EmptyState>
  );
}

function List({ policies, search }: { policies: readonly ReadablePolicy[]; search: PolicySearch }) {
  const styles = useStyles();
  const navigate = route.useNavigate();
  const change = (patch: Partial<PolicySearch>) =>
    void navigate({ search: (before) => ({ ...before, ...patch }), replace: true });
  const shown = filterPolicies(policies, search);
  const [chosen] = chosenPolicies(search);
  const choose = (id: string, on: boolean) => {
    const compare = [...(chosen ? [chosen] : []), id].filter((each) => on || each !== id).join(",");
    // Two of them are another screen, from which Back leads here.
    void navigate({
      search: (before) => ({ ...before, compare: compare || undefined }),
      replace: !compare.includes(","),
      resetScroll: compare.includes(","),
    });
  };
  return (
    <>
      <div className={`no-print ${styles.filters}`} role="search">
        <SearchField
          label="Search policies"
          value={search.search ?? ""}
          onChange={(text) => change({ search: text || undefined })}
        />
        <Dropdown
          aria-label="State"
          className={styles.state}
          value={search.state ? policyStateLabel(search.state) : "Any state"}
          selectedOptions={[search.state ?? "any"]}
          onOptionSelect={(_, data) => change({ state: STATES.find((state) => state === data.optionValue) })}
        >
          <Option value="any">Any state</Option>
          {STATES.map((state) => (
            <Option key={state} value={state}>
              {policyStateLabel(state)}
            </Option>
          ))}
        </Dropdown>
        <Text role="status">
          {shown.length === policies.length
            ? counted(policies.length, "policy", "policies")
            : `${shown.length} of ${counted(policies.length, "policy", "policies")}`}
        </Text>
      </div>
      {chosen && (
        <Chosen policy={policies.find(({ id }) => id === chosen)} onCancel={() => choose(chosen, false)} />
      )}
      {shown.length === 0 ? (
        <EmptyState
          title="No policy matches"
          actions={
            <Button onClick={() => change({ search: undefined, state: undefined })}>Clear filters</Button>
          }
        />
      ) : (
        <div className={styles.cards}>
          {shown.map((policy, index) => (
            <PolicyCard
              key={policy.id ?? index}
              policy={policy}
              action={
                policy.id && (
                  <Checkbox
                    label={chosen && chosen !== policy.id ? "Compare with this" : "Compare"}
                    aria-label={`Compare ${policy.display_name}`}
                    checked={policy.id === chosen}
                    onChange={(_, data) => policy.id && choose(policy.id, data.checked === true)}
                  />
                )
              }
            />
          ))}
        </div>
      )}
    </>
  );
}

/** The first of two policies is chosen; which is the other? */
function Chosen({ policy, onCancel }: { policy: ReadablePolicy | undefined; onCancel: () => void }) {
  const styles = useStyles();
  return (
    <div className={`no-print ${styles.chosen}`}>
      <Text role="status">
        {policy ? (
          <>
            Choose the policy to compare <b>{policy.display_name}</b> with.
          </>
        ) : (
          "The policy that was chosen is not in this snapshot."
        )}
      </Text>
      <Button size="small" onClick={onCancel}>
        {policy ? "Don't compare" : "Choose again"}
      </Button>
    </div>
  );
}
