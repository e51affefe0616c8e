import { Button, Card, Field, Input, Text, Title2, makeStyles, tokens } from "@fluentui/react-components";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { ProblemMessage } from "@/api/ProblemMessage";
import { asksForCode, isProblem } from "@/api/problems";
import { signIn, useSession } from "@/api/session";
import { CodeField } from "@/ui/CodeField";

const route = getRouteApi("/sign-in");

const useStyles = makeStyles({
  page: {
    minHeight: "100vh",
    display: "flex",
    alignItems: "center",
    justifyContent: "center",
    padding: "24px",
    boxSizing: "border-box",
    backgroundColor: tokens.colorNeutralBackground3,
  },
  card: { width: "100%", maxWidth: "380px", padding: "32px", boxSizing: "border-box" },
  form: { display: "flex", flexDirection: "column", gap: "16px" },
  name: { margin: 0, color: tokens.colorBrandForeground1, fontWeight: tokens.fontWeightSemibold },
  title: { margin: 0 },
});

/** One message for every refusal, so that it does not tell which of the two was wrong. */
const REFUSED = "The email address or the password is wrong.";
const WRONG_CODE = "The code is wrong, or was used already.";

export function SignInPage() {
  const styles = useStyles();
  const router = useRouter();
  const { next } = route.useSearch();
  const session = useSession();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  /** Asked for once the server says that the account has a second factor. */
  const [code, setCode] = useState<string>();
  const input = useRef<HTMLInputElement>(null);

  const signedIn = session.status === "signed-in";
  useEffect(() => {
    document.title = "Sign in · Policytab";
  }, []);
  useEffect(() => {
    if (signedIn) router.history.replace(next ?? "/");
  }, [signedIn, next, router]);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(undefined);
    try {
      await signIn(email.trim(), password, code?.trim());
    } catch (failure) {
      setBusy(false);
      if (code === undefined && asksForCode(failure)) {
        setCode("");
        return;
      }
      setError(failure);
      input.current?.select();
    }
  }

  function back() {
    setCode(undefined);
    setPassword("");
    setError(undefined);
  }

  const complete = email.trim() && password && (code === undefined || code.trim());
  const refused = isProblem(error) && (error.status === 401 || error.status === 422);
  return (
    <main className={styles.page}>
      <Card className={styles.card}>
        <p className={styles.name}>Policytab</p>
        <Title2 as="h1" className={styles.title}>
          Sign in
        </Title2>
        <form className={styles.form} onSubmit={(event) => void submit(event)}>
          {code === undefined ? (
            <>
              <Field label="Email" required>
                <Input
                  type="email"
                  autoComplete="username"
                  autoFocus
                  value={email}
                  onChange={(_, data) => setEmail(data.value)}
                />
              </Field>
              <Field
                label="Password"
                required
                validationMessage={refused ? REFUSED : undefined}
                validationState={refused ? "error" : "none"}
              >
                <Input
                  ref={input}
                  type="password"
                  autoComplete="current-password"
                  value={password}
                  onChange={(_, data) => setPassword(data.value)}
                />
              </Field>
            </>
          ) : (
            <>
              <Text>Signing in as {email.trim()}.</Text>
              <CodeField
                ref={input}
                autoFocus
                value={code}
                onChange={setCode}
                error={refused ? WRONG_CODE : undefined}
              />
            </>
          )}
          {error !== undefined && !refused && <ProblemMessage error={error} />}
          <Button type="submit" appearance="primary" disabled={busy || !complete}>
            {busy ? "Signing in" : "Sign in"}
          </Button>
          {code !== undefined && (
            <Button appearance="subtle" disabled={busy} onClick={back}>
              Back
            </Button>
          )}
        </form>
      </Card>
    </main>
  );
}
