import { Button, Field, Input, makeStyles } from "@fluentui/react-components";
import { type FormEvent, useState } from "react";
import { ProblemMessage } from "@/api/ProblemMessage";
import { isProblem } from "@/api/problems";
import { CodeField } from "@/ui/CodeField";
import { Panel } from "@/ui/Panel";
import { useNotify } from "@/ui/useNotify";
import { usePasswordChange, useSecondFactor } from "../accountQueries";

/** The shortest password that the server takes. */
const PASSWORD_MIN = 12;

const useStyles = makeStyles({
  form: {
    display: "flex",
    flexDirection: "column",
    gap: "12px",
    alignItems: "stretch",
    maxWidth: "420px",
  },
  submit: { alignSelf: "flex-start" },
});

function state(message: string | undefined) {
  return { validationMessage: message, validationState: message ? ("error" as const) : ("none" as const) };
}

export function PasswordPanel() {
  const styles = useStyles();
  const notify = useNotify();
  const change = usePasswordChange();
  const factor = useSecondFactor();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const [code, setCode] = useState("");
  const errors = isProblem(change.error) ? change.error.errors : undefined;
  const placed = errors?.current_password ?? errors?.new_password ?? errors?.code;
  const coded = Boolean(factor.data?.enabled_since);
  const short =
    next !== "" && next.length < PASSWORD_MIN ? `At least ${PASSWORD_MIN} characters.` : undefined;
  const differs = again !== "" && again !== next ? "The two are not the same." : undefined;
  const ready =
    current !== "" && next.length >= PASSWORD_MIN && again === next && (!coded || code.trim() !== "");

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!ready || change.isPending) return;
    change.mutate(
      { current_password: current, new_password: next, ...(coded ? { code: code.trim() } : {}) },
      {
        onSuccess: () => {
          setCurrent("");
          setNext("");
          setAgain("");
          setCode("");
          notify("The password was changed; your other sessions have ended");
        },
      },
    );
  }

  return (
    <Panel title="Password">
      <form className={styles.form} onSubmit={submit}>
        <Field
          label="Current password"
          required
          {...state(errors?.current_password && `It ${errors.current_password}.`)}
        >
          <Input
            type="password"
            autoComplete="current-password"
            value={current}
            onChange={(_, data) => setCurrent(data.value)}
          />
        </Field>
        <Field
          label="New password"
          required
          hint="12 characters or more, none that others use too. Several words in a row are easy to keep in mind."
          {...state(short ?? (errors?.new_password && `It ${errors.new_password}.`))}
        >
          <Input
            type="password"
            autoComplete="new-password"
            value={next}
            onChange={(_, data) => setNext(data.value)}
          />
        </Field>
        <Field label="New password again" required {...state(differs)}>
          <Input
            type="password"
            autoComplete="new-password"
            value={again}
            onChange={(_, data) => setAgain(data.value)}
          />
        </Field>
        {coded && <CodeField value={code} onChange={setCode} error={errors?.code && `It ${errors.code}.`} />}
        {change.error && !placed && <ProblemMessage error={change.error} />}
        <Button type="submit" className={styles.submit} disabled={change.isPending || !ready}>
          Change password
        </Button>
      </form>
    </Panel>
  );
}
