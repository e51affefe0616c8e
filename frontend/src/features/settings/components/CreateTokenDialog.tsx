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
  makeStyles,
} from "@fluentui/react-components";
import { type FormEvent, useState } from "react";
import { ProblemMessage } from "@/api/ProblemMessage";
import { type Role } from "@/api/access";
import { isProblem } from "@/api/problems";
import { useMe } from "@/api/session";
import { CopyValue } from "@/ui/CopyValue";
import { useFocusReturn } from "@/ui/useFocusReturn";
import { useApiTokenCreate } from "../queries";
import { RoleField } from "./RoleField";

const DAYS_MAX = 366;

const useStyles = makeStyles({
  fields: { display: "flex", flexDirection: "column", gap: "14px", paddingTop: "8px" },
});

export function CreateTokenDialog({ onClose }: { onClose: () => void }) {
  const styles = useStyles();
  useFocusReturn();
  const me = useMe();
  const create = useApiTokenCreate();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [days, setDays] = useState("90");
  const errors = isProblem(create.error) ? create.error.errors : undefined;
  const placed = errors?.name ?? errors?.role ?? errors?.expires_in_days;
  const count = Number(days);
  const daysOk = Number.isInteger(count) && count >= 1 && count <= DAYS_MAX;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (create.isPending || !name.trim() || !daysOk) return;
    create.mutate({ name: name.trim(), role, expires_in_days: count });
  }

  return (
    <Dialog
      open
      modalType={create.data ? "alert" : "modal"}
      onOpenChange={(_, data) => !data.open && !create.isPending && onClose()}
    >
      <DialogSurface>
        <form onSubmit={submit}>
          <DialogBody>
            <DialogTitle>{create.data ? "Copy the token now" : "Create API token"}</DialogTitle>
            {create.data ? (
              <>
                <DialogContent className={styles.fields}>
                  <Text>It is shown only this once. Send it as Authorization: Bearer.</Text>
                  <CopyValue value={create.data.token} what="the token" />
                </DialogContent>
                <DialogActions>
                  <Button appearance="primary" onClick={onClose}>
                    Done
                  </Button>
                </DialogActions>
              </>
            ) : (
              <>
                <DialogContent className={styles.fields}>
                  <Field
                    label="Name"
                    required
                    hint="What the token is for."
                    validationMessage={errors?.name}
                    validationState={errors?.name ? "error" : "none"}
                  >
                    <Input
                      autoFocus
                      maxLength={120}
                      autoComplete="off"
                      value={name}
                      onChange={(_, data) => setName(data.value)}
                    />
                  </Field>
                  <RoleField
                    value={role}
                    onChange={setRole}
                    upTo={me?.role ?? "viewer"}
                    message={errors?.role}
                  />
                  <Field
                    label="Expires after days"
                    required
                    validationMessage={daysOk ? errors?.expires_in_days : `From 1 to ${DAYS_MAX}.`}
                    validationState={daysOk && !errors?.expires_in_days ? "none" : "error"}
                  >
                    <Input
                      type="number"
                      min={1}
                      max={DAYS_MAX}
                      value={days}
                      onChange={(_, data) => setDays(data.value)}
                    />
                  </Field>
                  {create.error && !placed && <ProblemMessage error={create.error} />}
                </DialogContent>
                <DialogActions>
                  <Button
                    type="submit"
                    appearance="primary"
                    disabled={create.isPending || !name.trim() || !daysOk}
                  >
                    Create token
                  </Button>
                  <Button disabled={create.isPending} onClick={onClose}>
                    Cancel
                  </Button>
                </DialogActions>
              </>
            )}
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
