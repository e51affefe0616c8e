import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  Text,
  Textarea,
  makeStyles,
} from "@fluentui/react-components";
import { type FormEvent, useState } from "react";
import { ProblemMessage } from "@/api/ProblemMessage";
import { isProblem } from "@/api/problems";
import { addDays, dayField, endOfDay } from "@/lib/day";
import { useNotify } from "@/ui/useNotify";
import { type Finding, useFindingAccept } from "../queries";
import { SubmitButton } from "@/ui/SubmitButton";
import { useFocusReturn } from "@/ui/useFocusReturn";

const REASON_MAX = 2000;
const OWNER_MAX = 200;
const DAYS_DEFAULT = 90;
/** Two years; what is accepted for longer belongs into the baseline. */
const DAYS_MAX = 730;

const useStyles = makeStyles({
  content: { display: "flex", flexDirection: "column", gap: "14px", paddingTop: "8px" },
});

interface AcceptDialogProps {
  customerId: string;
  finding: Finding;
  onClose: () => void;
}

/** Accepts a finding for a while. What was typed stays until it is saved or given up. */
export function AcceptDialog({ customerId, finding, onClose }: AcceptDialogProps) {
  const styles = useStyles();
  useFocusReturn();
  const notify = useNotify();
  const accept = useFindingAccept(customerId, finding.id);
  const [now] = useState(() => Date.now());
  const before = finding.acceptance;
  const [reason, setReason] = useState(before?.reason ?? "");
  const [owner, setOwner] = useState(before?.owner ?? "");
  const [until, setUntil] = useState(() =>
    before && !before.ended ? dayField(Date.parse(before.expires_at)) : dayField(addDays(now, DAYS_DEFAULT)),
  );
  const first = dayField(addDays(now, 1));
  const last = dayField(addDays(now, DAYS_MAX));
  const end = endOfDay(until);
  const inRange = end !== undefined && until >= first && until <= last;
  const ready = reason.trim() !== "" && owner.trim() !== "" && inRange;
  const errors = isProblem(accept.error) ? accept.error.errors : undefined;
  const placed = errors?.reason ?? errors?.owner ?? errors?.expires_at;
  const untilMessage = inRange ? errors?.expires_at : "From tomorrow to two years ahead.";

  function submit(event: FormEvent) {
    event.preventDefault();
    if (accept.isPending || !ready) return;
    accept.mutate(
      { reason: reason.trim(), owner: owner.trim(), expires_at: new Date(end).toISOString() },
      {
        onSuccess: () => {
          notify("The finding is accepted");
          onClose();
        },
      },
    );
  }

  return (
    <Dialog open onOpenChange={(_, data) => !data.open && !accept.isPending && onClose()}>
      <DialogSurface>
        <form onSubmit={submit} noValidate>
          <DialogBody>
            <DialogTitle>{before && !before.ended ? "Change acceptance" : "Accept finding"}</DialogTitle>
            <DialogContent className={styles.content}>
              <Text>
                It no longer counts as open. It comes back by itself when the time is over, or when the facts
                behind it change.
              </Text>
              <Field
                label="Reason"
                required
                hint="Why it may stay, for whoever reads this in a year."
                validationMessage={errors?.reason}
                validationState={errors?.reason ? "error" : "none"}
              >
                <Textarea
                  autoFocus
                  rows={4}
                  maxLength={REASON_MAX}
                  value={reason}
                  onChange={(_, data) => setReason(data.value)}
                />
              </Field>
              <Field
                label="Owner"
                required
                hint="Who answers for it: a person or a team, yours or the customer's."
                validationMessage={errors?.owner}
                validationState={errors?.owner ? "error" : "none"}
              >
                <Input
                  autoComplete="off"
                  maxLength={OWNER_MAX}
                  value={owner}
                  onChange={(_, data) => setOwner(data.value)}
                />
              </Field>
              <Field
                label="Accepted until"
                required
                validationMessage={untilMessage}
                validationState={untilMessage ? "error" : "none"}
              >
                <Input
                  type="date"
                  min={first}
                  max={last}
                  value={until}
                  onChange={(_, data) => setUntil(data.value)}
                />
              </Field>
              {accept.error && !placed && <ProblemMessage error={accept.error} />}
            </DialogContent>
            <DialogActions>
              <SubmitButton
                appearance="primary"
                busy={accept.isPending}
                needs={!ready && "It takes a reason, an owner and a day until when."}
              >
                {before && !before.ended ? "Save" : "Accept finding"}
              </SubmitButton>
              <Button disabled={accept.isPending} onClick={onClose}>
                Cancel
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
