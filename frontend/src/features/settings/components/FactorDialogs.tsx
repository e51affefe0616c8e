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
import { useState } from "react";
import { ProblemMessage } from "@/api/ProblemMessage";
import { isProblem } from "@/api/problems";
import { CodeField } from "@/ui/CodeField";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { useNotify } from "@/ui/useNotify";
import { useFocusReturn } from "@/ui/useFocusReturn";
import { useCodesRenew, useFactorRemove } from "../accountQueries";
import { RecoveryCodes } from "./RecoveryCodes";

const useStyles = makeStyles({
  fields: { display: "flex", flexDirection: "column", gap: "14px", paddingTop: "8px" },
});

interface ProofProps {
  password: string;
  onPassword: (password: string) => void;
  code: string;
  onCode: (code: string) => void;
  error: unknown;
}

/** Password and code, asked for again where it is about what protects the account. */
function ProofFields({ password, onPassword, code, onCode, error }: ProofProps) {
  const errors = isProblem(error) ? error.errors : undefined;
  return (
    <>
      <Field
        label="Password"
        required
        validationMessage={errors?.password && `It ${errors.password}.`}
        validationState={errors?.password ? "error" : "none"}
      >
        <Input
          type="password"
          autoComplete="current-password"
          autoFocus
          value={password}
          onChange={(_, data) => onPassword(data.value)}
        />
      </Field>
      <CodeField value={code} onChange={onCode} error={errors?.code && `It ${errors.code}.`} />
      {error !== null && !errors?.password && !errors?.code && <ProblemMessage error={error} />}
    </>
  );
}

export function RemoveFactorDialog({ required, onClose }: { required: boolean; onClose: () => void }) {
  const styles = useStyles();
  const notify = useNotify();
  const remove = useFactorRemove();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  return (
    <ConfirmDialog
      open
      title="Remove the second factor?"
      action="Remove"
      busy={remove.isPending}
      ready={password !== "" && code.trim() !== ""}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(
          { password, code: code.trim() },
          {
            onSuccess: () => {
              notify("The second factor was removed");
              onClose();
            },
          },
        )
      }
    >
      <div className={styles.fields}>
        <Text>
          {required
            ? "Your workspace requires one: you will have to set up another before you can go on."
            : "Your password alone will be enough to sign in."}
        </Text>
        <ProofFields
          password={password}
          onPassword={setPassword}
          code={code}
          onCode={setCode}
          error={remove.error}
        />
      </div>
    </ConfirmDialog>
  );
}

export function RenewCodesDialog({ onClose }: { onClose: () => void }) {
  const styles = useStyles();
  useFocusReturn();
  const renew = useCodesRenew();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  if (renew.data) {
    return (
      <Dialog open modalType="alert">
        <DialogSurface>
          <DialogBody>
            <DialogTitle>Keep your recovery codes</DialogTitle>
            <DialogContent className={styles.fields}>
              <RecoveryCodes codes={renew.data} />
            </DialogContent>
            <DialogActions>
              <Button appearance="primary" onClick={onClose}>
                I have kept them
              </Button>
            </DialogActions>
          </DialogBody>
        </DialogSurface>
      </Dialog>
    );
  }
  return (
    <ConfirmDialog
      open
      title="New recovery codes"
      action="Get new codes"
      busy={renew.isPending}
      ready={password !== "" && code.trim() !== ""}
      onClose={onClose}
      onConfirm={() => renew.mutate({ password, code: code.trim() })}
    >
      <div className={styles.fields}>
        <Text>The codes that you have now are worth nothing afterwards.</Text>
        <ProofFields
          password={password}
          onPassword={setPassword}
          code={code}
          onCode={setCode}
          error={renew.error}
        />
      </div>
    </ConfirmDialog>
  );
}
