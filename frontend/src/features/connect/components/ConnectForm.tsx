import { Button, Field, Input, Link as TextButton, makeStyles } from "@fluentui/react-components";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { ProblemMessage } from "@/api/ProblemMessage";
import { type Customer } from "@/api/customers";
import { type Problem, problemOf } from "@/api/problems";
import { type Connection, type Credentials, useConnectionPut } from "../queries";
import { checkClientId, checkClientSecret, placeErrors } from "../placeErrors";
import { AlreadyConnected } from "./AlreadyConnected";
import { ConsentMissing } from "./ConsentMissing";
import { SubmitButton } from "@/ui/SubmitButton";

const useStyles = makeStyles({
  form: { display: "flex", flexDirection: "column", gap: "16px" },
  actions: { display: "flex", gap: "8px", flexWrap: "wrap" },
  unfold: { alignSelf: "flex-start" },
});

interface ConnectFormProps {
  customer: Customer;
  /** The client id in use, when a secret is rotated. */
  clientId?: string;
  action: string;
  onSaved: (connection: Connection) => void;
  onCancel?: () => void;
}

/** Client id, client secret and, once it is needed, the tenant. A refusal keeps everything but the secret. */
export function ConnectForm({ customer, clientId: known = "", action, onSaved, onCancel }: ConnectFormProps) {
  const styles = useStyles();
  const save = useConnectionPut(customer.id);
  const [clientId, setClientId] = useState(known);
  const [secret, setSecret] = useState("");
  const [hint, setHint] = useState("");
  const [hintShown, setHintShown] = useState(false);
  const [consent, setConsent] = useState<Problem>();
  // Kept for the repeats while a consent spreads, never shown again.
  const sent = useRef<Credentials | null>(null);

  const placed = placeErrors(save.error);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    // To where it can be mended.
    if (save.error) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [save.error]);
  const needsHint = hintShown || placed.fields.tenant_hint !== undefined;
  const idError = checkClientId(clientId) ?? placed.fields.client_id;
  const secretError = checkClientSecret(secret) ?? placed.fields.client_secret;
  const hintError = placed.fields.tenant_hint;
  const ready = Boolean(
    clientId.trim() && secret.trim() && !checkClientId(clientId) && !checkClientSecret(secret),
  );

  function send(credentials: Credentials) {
    sent.current = credentials;
    // What follows must not hang on this form: an event may have taken it away by the time the answer is there.
    save.mutateAsync(credentials).then(
      (connection) => {
        sent.current = null;
        onSaved(connection);
      },
      (problem: unknown) => {
        // What is refused is what is typed anew; a tenant that is asked for says nothing against the secret.
        if (!placeErrors(problem).fields.tenant_hint) setSecret("");
        setConsent(consentMissing(problem));
      },
    );
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!ready || save.isPending) return;
    send({
      client_id: clientId.trim(),
      client_secret: secret.trim(),
      ...(hint.trim() ? { tenant_hint: hint.trim() } : {}),
    });
  }

  /** The refusal was about what stood there before; typing takes it away, except from the emptied secret. */
  function typed(set: (value: string) => void) {
    return (_: unknown, data: { value: string }) => {
      set(data.value);
      if (save.isError) {
        if (needsHint) setHintShown(true);
        sent.current = null;
        setConsent(undefined);
        save.reset();
      }
    };
  }

  return (
    <form ref={form} className={styles.form} onSubmit={submit} aria-label="Graph connection" noValidate>
      <Field
        label="Application (client) ID"
        required
        validationMessage={idError}
        validationState={idError ? "error" : "none"}
      >
        <Input value={clientId} onChange={typed(setClientId)} autoComplete="off" spellCheck={false} />
      </Field>
      <Field
        label="Client secret value"
        required
        hint="Sealed before it is stored, and never shown again."
        validationMessage={secretError}
        validationState={secretError ? "error" : "none"}
      >
        <Input
          type="password"
          value={secret}
          onChange={typed(setSecret)}
          autoComplete="off"
          data-1p-ignore
          spellCheck={false}
        />
      </Field>
      {needsHint ? (
        <Field
          label="Directory (tenant) ID or domain"
          hint="Any verified domain of the customer, such as contoso.onmicrosoft.com."
          validationMessage={hintError}
          validationState={hintError ? "error" : "none"}
        >
          <Input value={hint} onChange={typed(setHint)} autoComplete="off" spellCheck={false} />
        </Field>
      ) : (
        <TextButton as="button" type="button" className={styles.unfold} onClick={() => setHintShown(true)}>
          Enter the tenant yourself
        </TextButton>
      )}
      {consent ? (
        <ConsentMissing
          permissions={consent.missing_permissions ?? []}
          busy={save.isPending}
          onRetry={() => sent.current && send(sent.current)}
        />
      ) : (
        <Refusal error={placed.general} />
      )}
      <div className={styles.actions}>
        <SubmitButton
          appearance="primary"
          busy={save.isPending}
          needs={!ready && "It takes the application's client ID and the secret's value."}
        >
          {save.isPending ? "Asking Entra" : action}
        </SubmitButton>
        {onCancel && (
          <Button disabled={save.isPending} onClick={onCancel}>
            Cancel
          </Button>
        )}
      </div>
    </form>
  );
}

function Refusal({ error }: { error: unknown }) {
  const taken = problemOf(error, "tenant_already_connected");
  return taken ? <AlreadyConnected problem={taken} /> : <ProblemMessage error={error} />;
}

function consentMissing(error: unknown): Problem | undefined {
  const problem = problemOf(error, "graph_token_failed");
  return problem?.reason === "admin_consent_missing" ? problem : undefined;
}
