import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  Text,
  makeStyles,
} from "@fluentui/react-components";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { ProblemMessage } from "@/api/ProblemMessage";
import { QueryState } from "@/api/QueryState";
import { useHasRole } from "@/api/access";
import type { ComparisonBaseline } from "@/api/baselines";
import { type Customer, useCustomer } from "@/api/customers";
import { zeroPoliciesText } from "@/api/zeroPolicies";
import { useLinkStyles } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { EmptyState } from "@/ui/States";
import { Time } from "@/ui/Time";
import { useFocusMovesOn } from "@/ui/useFocusReturn";
import { type Import, isUnderWay, useImportStart, useLatestImport } from "../queries";
import { BaselineChoice } from "./BaselineChoice";
import { Steps } from "./Steps";

const useStyles = makeStyles({
  done: { paddingBlock: "6px" },
  actions: { display: "flex", gap: "8px", alignItems: "center", flexWrap: "wrap" },
});

export function ImportPage() {
  const customer = useCustomer();
  const query = useLatestImport(customer.id);
  return (
    <Page title="Import & baseline" documentTitle={`Import & baseline · ${customer.display_name}`}>
      <QueryState query={query}>{(page) => <Content customer={customer} run={page.items[0]} />}</QueryState>
    </Page>
  );
}

function Content({ customer, run }: { customer: Customer; run: Import | undefined }) {
  const admin = useHasRole("admin");
  const operator = useHasRole("operator");
  if (!run && !admin) {
    return (
      <EmptyState title="Nothing was imported yet">
        An admin of your workspace can start the import.
      </EmptyState>
    );
  }
  return (
    <>
      {admin && customer.status === "connected" && !isUnderWay(run) && (
        <Start customer={customer} last={run} />
      )}
      {operator && customer.status === "imported" && !isUnderWay(run) && (
        <Resync customer={customer} last={run} />
      )}
      {run && <Run customer={customer} run={run} />}
    </>
  );
}

function Start({ customer, last }: { customer: Customer; last: Import | undefined }) {
  const styles = useStyles();
  const start = useImportStart(customer.id);
  useFocusMovesOn();
  const [choice, setChoice] = useState<ComparisonBaseline>(
    last?.comparison_baseline ?? { kind: "imported_snapshot" },
  );
  return (
    <Panel title="Comparison baseline">
      <BaselineChoice value={choice} onChange={setChoice} disabled={start.isPending} />
      {start.error && <ProblemMessage error={start.error} />}
      <div className={styles.actions}>
        <Button appearance="primary" disabled={start.isPending} onClick={() => start.mutate(choice)}>
          {last?.state === "failed" ? "Try again" : "Import now"}
        </Button>
        <Text size={200}>Reads the tenant once. Nothing in the tenant is changed.</Text>
      </div>
    </Panel>
  );
}

/** Reads an imported tenant once more; what it is compared with is chosen under Customer settings. */
function Resync({ customer, last }: { customer: Customer; last: Import | undefined }) {
  const styles = useStyles();
  const start = useImportStart(customer.id);
  useFocusMovesOn();
  return (
    <Panel title="Re-sync">
      {start.error && <ProblemMessage error={start.error} />}
      {customer.connected ? (
        <div className={styles.actions}>
          <Button disabled={start.isPending} onClick={() => start.mutate(undefined)}>
            {last?.state === "failed" ? "Try again" : "Re-sync now"}
          </Button>
          <Text size={200}>
            Takes a new snapshot and makes the report anew. The co-managed baseline stays as it is.
          </Text>
        </div>
      ) : (
        <Text>The Graph connection was removed. Connect the tenant again to re-sync it.</Text>
      )}
    </Panel>
  );
}

const STATE_TITLE: Record<Import["state"], string> = {
  queued: "Import is waiting for its turn",
  running: "Import is running",
  succeeded: "Last import",
  failed: "Last import failed",
};

function Run({ customer, run }: { customer: Customer; run: Import }) {
  return (
    <Panel title={STATE_TITLE[run.state]}>
      {run.state === "succeeded" && <Succeeded customer={customer} run={run} />}
      {/* The failed step tells its error itself; this is for what failed outside any step. */}
      {run.state === "failed" && run.error && !run.steps.some((step) => step.error) && (
        <ProblemMessage error={run.error} at={run.finished_at} />
      )}
      {isUnderWay(run) && <Text>You can leave this page and come back; the import goes on.</Text>}
      <Steps run={run} />
    </Panel>
  );
}

function Succeeded({ customer, run }: { customer: Customer; run: Import }) {
  const styles = useStyles();
  const links = useLinkStyles();
  const diagnosis = run.zero_policies ? zeroPoliciesText(run.zero_policies) : undefined;
  return (
    <MessageBar
      className={styles.done}
      intent={diagnosis ? "warning" : "success"}
      {...(diagnosis && { layout: "multiline" as const })}
    >
      <MessageBarBody>
        <MessageBarTitle>{diagnosis?.title ?? "The tenant is imported"}</MessageBarTitle>
        {diagnosis?.text} Finished <Time at={run.finished_at} />.
      </MessageBarBody>
      <MessageBarActions>
        <Link
          to="/customers/$customerId/report"
          params={{ customerId: customer.id }}
          className={links.primaryButton}
        >
          Open report
        </Link>
      </MessageBarActions>
    </MessageBar>
  );
}
