import { Field, Input, Text } from "@fluentui/react-components";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ProblemMessage } from "@/api/ProblemMessage";
import { isProblem, problemOf } from "@/api/problems";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { useNotify } from "@/ui/useNotify";
import { type Snapshot, useBaselineFromSnapshot } from "../queries";

interface MakeBaselineProps {
  snapshot: Snapshot;
  /** The customer's name, for a first proposal. */
  customer: string;
  onClose: () => void;
}

/** A baseline of what a customer has, for others to be compared with. */
export function MakeBaseline({ snapshot, customer, onClose }: MakeBaselineProps) {
  const navigate = useNavigate();
  const notify = useNotify();
  const make = useBaselineFromSnapshot(snapshot);
  const [name, setName] = useState(`Like ${customer}`.slice(0, 120));
  const message =
    (isProblem(make.error) ? make.error.errors?.name : undefined) ??
    problemOf(make.error, "conflict")?.detail;
  return (
    <ConfirmDialog
      open
      title="Make a baseline of this snapshot"
      action="Make baseline"
      busy={make.isPending}
      ready={Boolean(name.trim())}
      needs="Give the baseline a name."
      onClose={onClose}
      onConfirm={() =>
        make.mutate(name.trim(), {
          onSuccess: ({ id, name: made }) => {
            notify(`${made} is in the library`);
            void navigate({ to: "/baselines/$baselineId", params: { baselineId: id } });
          },
        })
      }
    >
      <Text block>
        Its policies, locations and strengths go to the library with the names of what they refer to. Other
        customers can be compared with it from then on.
      </Text>
      <Field
        label="Baseline name"
        required
        validationMessage={message}
        validationState={message ? "error" : "none"}
      >
        <Input maxLength={120} value={name} onChange={(_, data) => setName(data.value)} />
      </Field>
      {make.error && !message && <ProblemMessage error={make.error} />}
    </ConfirmDialog>
  );
}
