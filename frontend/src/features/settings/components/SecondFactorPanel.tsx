import { Badge, Button, MessageBar, MessageBarBody, Text, makeStyles } from "@fluentui/react-components";
import { useState } from "react";
import { QueryState } from "@/api/QueryState";
import { Facts } from "@/ui/Facts";
import { Panel } from "@/ui/Panel";
import { LoadingRows } from "@/ui/States";
import { Time } from "@/ui/Time";
import { type SecondFactor, useSecondFactor } from "../accountQueries";
import { EnrolDialog } from "./EnrolDialog";
import { RemoveFactorDialog, RenewCodesDialog } from "./FactorDialogs";

/** From here on it is time for new recovery codes. */
const FEW = 3;

const useStyles = makeStyles({
  actions: { display: "flex", gap: "8px", flexWrap: "wrap" },
  text: { maxWidth: "70ch" },
});

export function SecondFactorPanel() {
  const query = useSecondFactor();
  const [open, setOpen] = useState<"enrol" | "renew" | "remove">();
  const close = () => setOpen(undefined);
  return (
    <Panel title="Second factor">
      <QueryState query={query} loading={<LoadingRows rows={2} />}>
        {(factor) => <State factor={factor} onOpen={setOpen} />}
      </QueryState>
      {open === "enrol" && <EnrolDialog onClose={close} />}
      {open === "renew" && <RenewCodesDialog onClose={close} />}
      {open === "remove" && <RemoveFactorDialog required={query.data?.required ?? false} onClose={close} />}
    </Panel>
  );
}

interface StateProps {
  factor: SecondFactor;
  onOpen: (dialog: "enrol" | "renew" | "remove") => void;
}

function State({ factor, onOpen }: StateProps) {
  const styles = useStyles();
  if (factor.enabled_since === null || factor.enabled_since === undefined) {
    return (
      <>
        <Text className={styles.text}>
          With a second factor your password alone opens nothing: signing in also takes the code that an
          authenticator app on your phone shows. Any app for time-based codes will do, such as Microsoft
          Authenticator.
        </Text>
        <div className={styles.actions}>
          <Button appearance="primary" onClick={() => onOpen("enrol")}>
            Set up a second factor
          </Button>
        </div>
      </>
    );
  }
  const left = factor.recovery_codes_left;
  return (
    <>
      <Facts
        facts={[
          [
            "State",
            <Badge key="state" appearance="tint" color="success">
              On
            </Badge>,
          ],
          ["Since", <Time key="since" at={factor.enabled_since} />],
          ["Recovery codes left", `${left} of 10`],
        ]}
      />
      {left <= FEW && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            {left === 0 ? "No recovery code is left." : "Few recovery codes are left."} Get new ones before
            you lose your phone.
          </MessageBarBody>
        </MessageBar>
      )}
      <div className={styles.actions}>
        <Button onClick={() => onOpen("renew")}>New recovery codes</Button>
        <Button onClick={() => onOpen("remove")}>Remove second factor</Button>
      </div>
    </>
  );
}
