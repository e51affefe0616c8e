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
import { type Me, forgetSession, signIn } from "@/api/session";

const useStyles = makeStyles({ content: { display: "flex", flexDirection: "column", gap: "12px" } });

/**
 * Asks for the password over the page whose session has ended: what is typed there stays, and what was sent meanwhile goes
 * on.
 */
export function SignInAgain({ user }: { user: Me }) {
  const styles = useStyles();
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const refused = isProblem(error) && (error.status === 401 || error.status === 422);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy || !password) return;
    setBusy(true);
    setError(undefined);
    try {
      await signIn(user.email ?? "", password);
    } catch (failure) {
      setError(failure);
      setBusy(false);
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
                validationMessage={refused ? "The password is wrong." : undefined}
                validationState={refused ? "error" : "none"}
              >
                <Input
                  type="password"
                  autoComplete="current-password"
                  autoFocus
                  value={password}
                  onChange={(_, data) => setPassword(data.value)}
                />
              </Field>
              {error !== undefined && !refused && <ProblemMessage error={error} />}
            </DialogContent>
            <DialogActions>
              <Button type="submit" appearance="primary" disabled={busy || !password}>
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
