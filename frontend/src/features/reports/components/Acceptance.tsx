import {
  Button,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  Text,
  makeStyles,
} from "@fluentui/react-components";
import { useRef, useState } from "react";
import { ProblemMessage } from "@/api/ProblemMessage";
import { dayOf } from "@/lib/time";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { Time } from "@/ui/Time";
import { useNotify } from "@/ui/useNotify";
import { type Acceptance, type Finding, useFindingReopen } from "../queries";
import { AcceptDialog } from "./AcceptDialog";

const useStyles = makeStyles({
  actions: { display: "flex", gap: "8px", flexWrap: "wrap" },
  reason: { whiteSpace: "pre-line", overflowWrap: "anywhere" },
});

function headline({ ended, expires_at }: Acceptance): string {
  const until = dayOf(Date.parse(expires_at));
  switch (ended) {
    case "expired":
      return `Open again: its acceptance ended on ${until}`;
    case "facts_changed":
      return "Open again: the facts behind it are not those that were accepted";
    case null:
    case undefined:
      return `Accepted until ${until}`;
  }
}

/** Who accepted it, why and until when; or why an acceptance has ended by itself. */
export function AcceptanceNote({ finding }: { finding: Finding }) {
  const styles = useStyles();
  const { acceptance } = finding;
  if (!acceptance) return null;
  return (
    <MessageBar intent={acceptance.ended ? "warning" : "info"} layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>{headline(acceptance)}</MessageBarTitle>
        <Text block className={styles.reason}>
          {acceptance.reason}
        </Text>
        {`Owner: ${acceptance.owner}. Accepted by ${acceptance.accepted_by} `}
        <Time at={acceptance.accepted_at} />.
      </MessageBarBody>
    </MessageBar>
  );
}

interface AcceptanceActionsProps {
  customerId: string;
  finding: Finding;
}

/** What may be done about a finding instead of closing it. */
export function AcceptanceActions({ customerId, finding }: AcceptanceActionsProps) {
  const styles = useStyles();
  const [shown, setShown] = useState<"accept" | "reopen">();
  const first = useRef<HTMLButtonElement>(null);
  const accepted = finding.status === "accepted";
  const close = () => {
    setShown(undefined);
    // The button that opened the dialog may be gone with it. Without focus, Escape would no longer close the drawer.
    requestAnimationFrame(() => first.current?.focus());
  };
  return (
    <div className={styles.actions}>
      <Button ref={first} appearance={accepted ? "secondary" : "primary"} onClick={() => setShown("accept")}>
        {accepted ? "Change acceptance" : "Accept finding"}
      </Button>
      {accepted && <Button onClick={() => setShown("reopen")}>Open again</Button>}
      {shown === "accept" && <AcceptDialog customerId={customerId} finding={finding} onClose={close} />}
      {shown === "reopen" && <ReopenDialog customerId={customerId} finding={finding} onClose={close} />}
    </div>
  );
}

function ReopenDialog({ customerId, finding, onClose }: AcceptanceActionsProps & { onClose: () => void }) {
  const notify = useNotify();
  const reopen = useFindingReopen(customerId, finding.id);
  return (
    <ConfirmDialog
      open
      title="Open this finding again?"
      action="Open again"
      busy={reopen.isPending}
      onClose={onClose}
      onConfirm={() =>
        reopen.mutate(undefined, {
          onSuccess: () => {
            notify("The finding is open again");
            onClose();
          },
        })
      }
    >
      <Text block>It counts as open from now on. Who accepted it and why stays in the audit log.</Text>
      {reopen.error && <ProblemMessage error={reopen.error} />}
    </ConfirmDialog>
  );
}
