import {
  Button,
  Caption1,
  Combobox,
  Field,
  Option,
  Text,
  makeStyles,
  tokens,
} from "@fluentui/react-components";
import { ArrowSwapRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { QueryState } from "@/api/QueryState";
import type { Customer } from "@/api/customers";
import type { components } from "@/api/schema";
import { policyComparisonOptions } from "@/api/snapshots";
import { counted } from "@/lib/text";
import { DiffTable } from "@/ui/DiffTable";
import { Facts } from "@/ui/Facts";
import { useLinkStyles } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { PolicyCard, type ReadablePolicy, policyName } from "@/ui/PolicyCard";
import { EmptyState, LoadingRows } from "@/ui/States";
import { valueLines } from "@/ui/difference";

const route = getRouteApi("/shell/customers/$customerId/policies");

const useStyles = makeStyles({
  pickers: { display: "flex", flexWrap: "wrap", gap: "8px 16px", alignItems: "flex-end" },
  drop: { minWidth: "min(300px, 100%)" },
  back: { alignSelf: "flex-start" },
  cards: {
    display: "grid",
    gridTemplateColumns: "repeat(2, minmax(0, 1fr))",
    gap: "12px",
    "@media (max-width: 860px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  quiet: { color: tokens.colorNeutralForeground2 },
  line: { display: "block" },
});

interface ComparePoliciesProps {
  customer: Customer;
  snapshotId: string;
  policies: readonly ReadablePolicy[];
  /** The ids of the two. */
  chosen: readonly string[];
}

/** Two policies of a snapshot side by side: what differs field by field, then what is the same. */
export function ComparePolicies({ customer, snapshotId, policies, chosen }: ComparePoliciesProps) {
  const styles = useStyles();
  const links = useLinkStyles();
  const navigate = route.useNavigate();
  const [first = "", second = ""] = chosen;
  const change = (one: string, other: string) =>
    void navigate({ search: (before) => ({ ...before, compare: `${one},${other}` }), replace: true });
  return (
    <>
      <Link
        to="/customers/$customerId/policies"
        params={{ customerId: customer.id }}
        search={(before) => ({ ...before, compare: undefined })}
        className={`no-print ${links.button} ${styles.back}`}
      >
        All policies
      </Link>
      <div className={`no-print ${styles.pickers}`}>
        <Picker label="First" policies={policies} value={first} onChange={(id) => change(id, second)} />
        <Picker label="Second" policies={policies} value={second} onChange={(id) => change(first, id)} />
        <Button icon={<ArrowSwapRegular />} onClick={() => change(second, first)}>
          Swap
        </Button>
      </div>
      {first === second ? (
        <EmptyState title="This is the same policy twice">Choose another one to compare with.</EmptyState>
      ) : (
        <Loaded customerId={customer.id} snapshotId={snapshotId} first={first} second={second} />
      )}
    </>
  );
}

interface LoadedProps {
  customerId: string;
  snapshotId: string;
  first: string;
  second: string;
}

function Loaded({ customerId, snapshotId, first, second }: LoadedProps) {
  const query = useQuery(policyComparisonOptions(customerId, snapshotId, first, second));
  return (
    <QueryState query={query} loading={<LoadingRows rows={3} height={120} label="Comparing" />}>
      {(comparison) => <Comparison comparison={comparison} />}
    </QueryState>
  );
}

function Comparison({ comparison }: { comparison: components["schemas"]["PolicyComparison"] }) {
  const styles = useStyles();
  const { first, second, diff, same } = comparison;
  return (
    <>
      <div className={styles.cards}>
        <PolicyCard policy={first} />
        <PolicyCard policy={second} />
      </div>
      <Panel title="What differs">
        {diff.length === 0 ? (
          <Text>
            The two mean the same
            {first.display_name === second.display_name ? "." : ", and differ in nothing but their names."}
          </Text>
        ) : (
          <>
            <DiffTable
              diff={diff}
              caption={counted(diff.length, "field differs", "fields differ")}
              sides={{ baseline: "First", live: "Second" }}
            />
            <Caption1 className={styles.quiet}>
              Weaker and stronger is the second policy in that field, with all else the same.
            </Caption1>
          </>
        )}
      </Panel>
      <Panel title="The same in both">
        {same.length === 0 ? (
          <Text>Nothing.</Text>
        ) : (
          <Facts facts={same.map(({ label, value }) => [label, <Value key={label} value={value} />])} />
        )}
      </Panel>
    </>
  );
}

function Value({ value }: { value: unknown }) {
  const styles = useStyles();
  return valueLines(value).map((line) => (
    <span key={line} className={styles.line}>
      {line}
    </span>
  ));
}

interface PickerProps {
  label: string;
  policies: readonly ReadablePolicy[];
  value: string;
  onChange: (id: string) => void;
}

/** A policy of the snapshot, found by typing a part of its name. */
function Picker({ label, policies, value, onChange }: PickerProps) {
  const styles = useStyles();
  const [typed, setTyped] = useState<string>();
  const chosen = policies.find(({ id }) => id === value);
  const words = (typed ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const fitting = policies.filter(
    ({ id, display_name }) => id && words.every((word) => display_name.toLowerCase().includes(word)),
  );
  return (
    <Field label={label} className={styles.drop}>
      <Combobox
        value={typed ?? (chosen ? policyName(chosen) : "A policy that is not in this snapshot")}
        selectedOptions={[value]}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onOpenChange={(_, data) => {
          if (!data.open) setTyped(undefined);
        }}
        onOptionSelect={(_, data) => {
          setTyped(undefined);
          if (data.optionValue) onChange(data.optionValue);
        }}
      >
        {fitting.map((policy) => (
          <Option key={policy.id} value={policy.id ?? ""} text={policyName(policy)}>
            {policyName(policy)}
          </Option>
        ))}
        {fitting.length === 0 && (
          <Option key="none" value="" disabled text="No policy has such a name">
            No policy has such a name
          </Option>
        )}
      </Combobox>
    </Field>
  );
}
