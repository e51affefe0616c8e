import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Dropdown,
  Field,
  Input,
  Option,
  makeStyles,
} from "@fluentui/react-components";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { ProblemMessage } from "@/api/ProblemMessage";
import { CLOUD_LABEL, type Cloud } from "@/api/customers";
import { isProblem, problemOf } from "@/api/problems";
import { useMe } from "@/api/session";
import { useCustomerCreate } from "../queries";
import { SubmitButton } from "@/ui/SubmitButton";
import { useFocusReturn } from "@/ui/useFocusReturn";

export const NAME_MAX = 120;

const useStyles = makeStyles({
  fields: { display: "flex", flexDirection: "column", gap: "16px", paddingTop: "8px" },
});

export function AddCustomerDialog({ onClose }: { onClose: () => void }) {
  const styles = useStyles();
  useFocusReturn();
  const navigate = useNavigate();
  const me = useMe();
  // The emulator is on offer only where the server knows one.
  const clouds = me?.clouds ?? [];
  const create = useCustomerCreate();
  const [name, setName] = useState("");
  const [cloud, setCloud] = useState<Cloud>("global");

  const taken = problemOf(create.error, "conflict");
  const fields = isProblem(create.error) ? create.error.errors : undefined;
  const nameError = fields?.display_name ?? (taken ? taken.detail : undefined);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (create.isPending || !name.trim()) return;
    create.mutate(
      { display_name: name.trim(), cloud },
      {
        onSuccess: (customer) =>
          void navigate({ to: "/customers/$customerId/connection", params: { customerId: customer.id } }),
      },
    );
  }

  return (
    <Dialog open onOpenChange={(_, data) => !data.open && !create.isPending && onClose()}>
      <DialogSurface>
        <form onSubmit={submit}>
          <DialogBody>
            <DialogTitle>Add customer</DialogTitle>
            <DialogContent className={styles.fields}>
              <Field
                label="Display name"
                hint="How your team calls this customer."
                required
                validationMessage={nameError}
                validationState={nameError ? "error" : "none"}
              >
                <Input
                  autoFocus
                  maxLength={NAME_MAX}
                  autoComplete="off"
                  value={name}
                  onChange={(_, data) => {
                    setName(data.value);
                    if (create.error) create.reset();
                  }}
                />
              </Field>
              <Field
                label="Cloud"
                hint="The Microsoft cloud that the tenant lives in."
                validationMessage={fields?.cloud}
                validationState={fields?.cloud ? "error" : "none"}
              >
                <Dropdown
                  value={CLOUD_LABEL[cloud]}
                  selectedOptions={[cloud]}
                  onOptionSelect={(_, data) => setCloud(data.optionValue as Cloud)}
                >
                  {clouds.map((each) => (
                    <Option key={each} value={each}>
                      {CLOUD_LABEL[each]}
                    </Option>
                  ))}
                </Dropdown>
              </Field>
              {create.error && !nameError && !fields?.cloud && <ProblemMessage error={create.error} />}
            </DialogContent>
            <DialogActions>
              <SubmitButton
                appearance="primary"
                busy={create.isPending}
                needs={!name.trim() && "Give a display name."}
              >
                Continue to connect
              </SubmitButton>
              <Button disabled={create.isPending} onClick={onClose}>
                Cancel
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
