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
import { asksForCode, isProblem } from "@/api/problems";
import { type Me, forgetSession, signIn } from "@/api/session";
import { CodeField } from "@/ui/CodeField";
import { useFocusReturn } from "@/ui/useFocusReturn";

const useStyles = makeStyles({ content: { display: "flex", flexDirection: "column", gap: "12px" } });

/**
 * Asks for the password over the page whose session has ended: what is typed there stays, and what was sent meanwhile goes
 * on.
 */
export function SignInAgain({ user }: { user: Me }) {
  const styles = useStyles();
  useFocusReturn();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const complete = password && (code === undefined || code.trim());
  const refused = isProblem(error) && (error.status === 401 || error.status === 422);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy || !complete) return;
    setBusy(true);
    setError(undefined);
    try {
      await signIn(user.email ?? "", password, code?.trim());
    } catch (failure) {
      setBusy(false);
      if (code === undefined && asksForCode(failure)) setCode("");
      else setError(failure);
    }
  }

  return (
    <Dialog open modalType="alert">
      <DialogSurface>
        <form onSubmit={(event) => void submit(event)}>
          <DialogBody>
            <DialogTitle>Your session has ended</DialogTitle>
            <DialogContent className={styles.content}>
              <Text>Sign in again to go on where you are. Nothing you typed is lost.</Text>
              <Field label="Email">
                <Input type="email" autoComplete="username" readOnly value={user.email ?? ""} />
              </Field>
              <Field
                label="Password"
                required
                validationMessage={refused && code === undefined ? "The password is wrong." : undefined}
                validationState={refused && code === undefined ? "error" : "none"}
              >
                <Input
                  type="password"
                  autoComplete="current-password"
                  autoFocus
                  value={password}
                  onChange={(_, data) => setPassword(data.value)}
                />
              </Field>
              {code !== undefined && (
                <CodeField
                  autoFocus
                  value={code}
                  onChange={setCode}
                  error={
                    refused ? "The password or the code is wrong, or the code was used already." : undefined
                  }
                />
              )}
              {error !== undefined && !refused && <ProblemMessage error={error} />}
            </DialogContent>
            <DialogActions>
              <Button type="submit" appearance="primary" disabled={busy || !complete}>
                {busy ? "Signing in" : "Sign in again"}
              </Button>
              <Button disabled={busy} onClick={forgetSession}>
                Leave
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
