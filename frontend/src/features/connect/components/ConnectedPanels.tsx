import { Button, MessageBar, MessageBarBody, Text, makeStyles } from "@fluentui/react-components";
import { CheckmarkCircleFilled, ErrorCircleFilled, WarningFilled } from "@fluentui/react-icons";
import { useState } from "react";
import { ProblemMessage } from "@/api/ProblemMessage";
import { useHasRole } from "@/api/access";
import { type Customer } from "@/api/customers";
import { dayOf, relativeTime } from "@/lib/time";
import { useNow } from "@/ui/clock";
import { CopyValue } from "@/ui/CopyValue";
import { Facts } from "@/ui/Facts";
import { Panel } from "@/ui/Panel";
import { StatusBadge } from "@/ui/StatusBadge";
import { Time } from "@/ui/Time";
import { useNotify } from "@/ui/useNotify";
import { type Connection, useConnectionTest } from "../queries";
import { ConnectForm } from "./ConnectForm";
import { PermissionTable } from "./PermissionTable";

const useStyles = makeStyles({
  actions: { display: "flex", gap: "8px", flexWrap: "wrap" },
  surplus: { display: "flex", gap: "8px", flexWrap: "wrap" },
});

/** The connection as it is: tenant, secret's expiry, permissions, and what can be done with it. */
export function ConnectedPanels({ customer, connection }: { customer: Customer; connection: Connection }) {
  const styles = useStyles();
  return (
    <>
      <StatePanel customer={customer} connection={connection} />
      <Panel title="Permissions">
        <PermissionTable permissions={connection.permissions} />
        {connection.surplus_permissions.length > 0 && (
          <>
            <Text>Granted, but not needed. Worth removing from the app registration:</Text>
            <div className={styles.surplus}>
              {connection.surplus_permissions.map((name) => (
                <CopyValue key={name} value={name} what={name} />
              ))}
            </div>
          </>
        )}
      </Panel>
    </>
  );
}

function StatePanel({ customer, connection }: { customer: Customer; connection: Connection }) {
  const styles = useStyles();
  const admin = useHasRole("admin");
  const operator = useHasRole("operator");
  const notify = useNotify();
  const test = useConnectionTest(customer.id);
  const [rotating, setRotating] = useState(false);
  const tenant = connection.tenant;

  return (
    <Panel title="Connection">
      <Facts
        facts={[
          ["Tenant", tenant?.display_name ?? "Name could not be read"],
          ["Default domain", tenant?.default_domain ?? "Could not be read"],
          ["Directory (tenant) ID", tenant && <CopyValue value={tenant.tenant_id} what="the tenant id" />],
          [
            "Application (client) ID",
            connection.client_id && <CopyValue value={connection.client_id} what="the client id" />,
          ],
          ["Client secret", <SecretExpiry key="expiry" at={connection.secret_expires_at ?? null} />],
          ["Last verified", <Time key="verified" at={connection.verified_at} />],
        ]}
      />
      {operator && !rotating && (
        <div className={styles.actions}>
          <Button disabled={test.isPending} onClick={() => test.mutate()}>
            {test.isPending ? "Testing" : "Test"}
          </Button>
          {admin && <Button onClick={() => setRotating(true)}>Rotate secret</Button>}
        </div>
      )}
      <div role="status">
        {test.isSuccess && !rotating && (
          <MessageBar intent="success">
            <MessageBarBody>The credentials work.</MessageBarBody>
          </MessageBar>
        )}
      </div>
      {!rotating && <ProblemMessage error={test.error} />}
      {rotating && (
        <>
          <Text>
            Create a new client secret in the app registration under Certificates &amp; secrets and paste its
            value. The old secret stays in use until the new one is proven to work; delete it in Entra
            afterwards.
          </Text>
          <ConnectForm
            customer={customer}
            clientId={connection.client_id ?? ""}
            action="Rotate secret"
            onCancel={() => setRotating(false)}
            onSaved={() => {
              setRotating(false);
              test.reset();
              notify("The secret was rotated");
            }}
          />
        </>
      )}
    </Panel>
  );
}

const SOON_MS = 30 * 86_400_000;

function SecretExpiry({ at }: { at: string | null }) {
  const now = useNow();
  if (!at) return <>Expiry could not be read</>;
  const instant = Date.parse(at);
  const gone = instant < now;
  const soon = instant - now < SOON_MS;
  return (
    <StatusBadge
      wrap
      tone={gone ? "bad" : soon ? "warn" : "good"}
      icon={gone ? <ErrorCircleFilled /> : soon ? <WarningFilled /> : <CheckmarkCircleFilled />}
    >
      {gone ? "Expired" : "Expires"} {relativeTime(instant, now)}, {dayOf(instant)}
    </StatusBadge>
  );
}
