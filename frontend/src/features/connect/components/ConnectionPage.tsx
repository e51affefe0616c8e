import { MessageBar, MessageBarBody, makeStyles } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { QueryState } from "@/api/QueryState";
import { useHasRole } from "@/api/access";
import { type Customer, useCustomer } from "@/api/customers";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { connectionOptions, type Connection } from "../queries";
import { ConnectForm } from "./ConnectForm";
import { ConnectedPanels } from "./ConnectedPanels";
import { Procedure } from "./Procedure";

const useStyles = makeStyles({
  columns: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr) minmax(320px, 400px)",
    gap: "16px",
    alignItems: "start",
    "@media (max-width: 960px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  form: { position: "sticky", top: "64px", "@media (max-width: 960px)": { position: "static" } },
  details: { "& > summary": { cursor: "pointer", paddingBlock: "8px" } },
});

export function ConnectionPage() {
  const customer = useCustomer();
  const query = useQuery(connectionOptions(customer.id));
  return (
    <Page title="Graph connection" documentTitle={`Graph connection · ${customer.display_name}`}>
      <QueryState query={query}>
        {(connection) =>
          connection.connected ? (
            <Connected customer={customer} connection={connection} />
          ) : (
            <Connect customer={customer} connection={connection} />
          )
        }
      </QueryState>
    </Page>
  );
}

function Connect({ customer, connection }: { customer: Customer; connection: Connection }) {
  const styles = useStyles();
  const admin = useHasRole("admin");
  const navigate = useNavigate();
  return (
    <div className={styles.columns}>
      <Panel title="Set up the app registration">
        <Procedure connection={connection} />
      </Panel>
      <Panel title="Credentials" className={styles.form}>
        {admin ? (
          <ConnectForm
            customer={customer}
            action="Save & continue"
            onSaved={() =>
              void navigate({ to: "/customers/$customerId/import", params: { customerId: customer.id } })
            }
          />
        ) : (
          <MessageBar layout="multiline">
            <MessageBarBody>Connecting a customer needs the role Admin.</MessageBarBody>
          </MessageBar>
        )}
      </Panel>
    </div>
  );
}

function Connected({ customer, connection }: { customer: Customer; connection: Connection }) {
  const styles = useStyles();
  return (
    <>
      <ConnectedPanels customer={customer} connection={connection} />
      <Panel title="Procedure">
        <details className={styles.details}>
          <summary>How the app registration is set up</summary>
          <Procedure connection={connection} />
        </details>
      </Panel>
    </>
  );
}
