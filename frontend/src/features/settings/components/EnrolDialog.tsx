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
import { isProblem } from "@/api/problems";
import { refreshSession } from "@/api/session";
import { CodeField } from "@/ui/CodeField";
import { CopyValue } from "@/ui/CopyValue";
import { QrCode } from "@/ui/QrCode";
import { useFocusReturn } from "@/ui/useFocusReturn";
import { type Enrolment, useFactorBegin, useFactorConfirm } from "../accountQueries";
import { RecoveryCodes } from "./RecoveryCodes";

const useStyles = makeStyles({
  fields: { display: "flex", flexDirection: "column", gap: "14px", paddingTop: "8px" },
  scan: { display: "flex", gap: "20px", alignItems: "flex-start", flexWrap: "wrap" },
  words: {
    display: "flex",
    flexDirection: "column",
    gap: "10px",
    flexBasis: "240px",
    flexGrow: 1,
    minWidth: 0,
  },
});

interface Step {
  title: string;
  action: string;
  ready: boolean;
  busy: boolean;
  submit: () => void;
}

/** Sets a second factor up: the password once more, the app, a code of it, and the recovery codes. */
export function EnrolDialog({ onClose }: { onClose: () => void }) {
  const styles = useStyles();
  useFocusReturn();
  const begin = useFactorBegin();
  const confirm = useFactorConfirm();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const enrolment = begin.data;
  const codes = confirm.data;

  function done() {
    onClose();
    // Who was let in only to do this may do everything now.
    void refreshSession().catch(() => undefined);
  }

  const step: Step = codes
    ? {
        title: "Keep your recovery codes",
        action: "I have kept them",
        ready: true,
        busy: false,
        submit: done,
      }
    : enrolment
      ? {
          title: "Scan the code with your app",
          action: "Confirm",
          ready: code.trim() !== "",
          busy: confirm.isPending,
          submit: () => confirm.mutate(code.trim()),
        }
      : {
          title: "Set up a second factor",
          action: "Go on",
          ready: password !== "",
          busy: begin.isPending,
          submit: () => begin.mutate(password),
        };

  function submit(event: FormEvent) {
    event.preventDefault();
    if (step.ready && !step.busy) step.submit();
  }

  return (
    <Dialog
      open
      modalType={codes ? "alert" : "modal"}
      onOpenChange={(_, data) => !data.open && !step.busy && onClose()}
    >
      <DialogSurface>
        <form onSubmit={submit}>
          <DialogBody>
            <DialogTitle>{step.title}</DialogTitle>
            <DialogContent className={styles.fields}>
              {codes ? (
                <RecoveryCodes codes={codes} />
              ) : enrolment ? (
                <Scan enrolment={enrolment} code={code} onCode={setCode} error={confirm.error} />
              ) : (
                <Password password={password} onPassword={setPassword} error={begin.error} />
              )}
            </DialogContent>
            <DialogActions>
              <Button type="submit" appearance="primary" disabled={step.busy || !step.ready}>
                {step.action}
              </Button>
              {!codes && (
                <Button disabled={step.busy} onClick={onClose}>
                  Cancel
                </Button>
              )}
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}

interface PasswordProps {
  password: string;
  onPassword: (password: string) => void;
  error: unknown;
}

function Password({ password, onPassword, error }: PasswordProps) {
  const wrong = isProblem(error) ? error.errors?.password : undefined;
  return (
    <>
      <Text>Enter your password once more, so that nobody does this in your place.</Text>
      <Field
        label="Password"
        required
        validationMessage={wrong && `It ${wrong}.`}
        validationState={wrong ? "error" : "none"}
      >
        <Input
          type="password"
          autoComplete="current-password"
          autoFocus
          value={password}
          onChange={(_, data) => onPassword(data.value)}
        />
      </Field>
      {error !== null && !wrong && <ProblemMessage error={error} />}
    </>
  );
}

interface ScanProps {
  enrolment: Enrolment;
  code: string;
  onCode: (code: string) => void;
  error: unknown;
}

function Scan({ enrolment, code, onCode, error }: ScanProps) {
  const styles = useStyles();
  const wrong = isProblem(error) ? error.errors?.code : undefined;
  return (
    <>
      <div className={styles.scan}>
        <QrCode text={enrolment.otpauth_uri} label="QR code for your authenticator app" />
        <div className={styles.words}>
          <Text>Open your authenticator app, add an account, and scan this picture.</Text>
          <Text>Can&apos;t scan it? Type this key into the app instead:</Text>
          <CopyValue value={enrolment.secret} what="the key" />
        </div>
      </div>
      <CodeField
        autoFocus
        value={code}
        onChange={onCode}
        hint="The six digits that the app shows now."
        error={wrong && `It ${wrong}.`}
      />
      {error !== null && !wrong && <ProblemMessage error={error} />}
    </>
  );
}
