import {
  Button,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  Radio,
  RadioGroup,
  Text,
  makeStyles,
} from "@fluentui/react-components";
import { Link, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { ProblemMessage } from "@/api/ProblemMessage";
import { VersionChoice } from "@/api/VersionChoice";
import { useHasRole } from "@/api/access";
import { type ComparisonBaseline, useBaselineChoices } from "@/api/baselines";
import { CLOUD_LABEL, type Customer, useCustomer } from "@/api/customers";
import { isProblem, problemOf } from "@/api/problems";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { CopyValue } from "@/ui/CopyValue";
import { Facts } from "@/ui/Facts";
import { useLinkStyles } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { Time } from "@/ui/Time";
import { useNotify } from "@/ui/useNotify";
import { useComparisonBaselineSet, useCustomerDelete, useCustomerRename } from "../queries";
import { NAME_MAX } from "./AddCustomerDialog";
import { SubmitButton } from "@/ui/SubmitButton";

const useStyles = makeStyles({
  form: {
    display: "flex",
    flexDirection: "column",
    gap: "12px",
    alignItems: "flex-start",
    maxWidth: "480px",
  },
  wide: { alignSelf: "stretch" },
});

export function CustomerSettingsPage() {
  const customer = useCustomer();
  const admin = useHasRole("admin");
  return (
    <>
      <About customer={customer} />
      {admin && <Rename customer={customer} />}
      {admin && customer.status === "imported" && <ComparisonChoice customer={customer} />}
      {admin && <Delete customer={customer} />}
    </>
  );
}

function About({ customer }: { customer: Customer }) {
  return (
    <Panel title="About this customer">
      <Facts
        facts={[
          ["Display name", customer.display_name],
          ["Cloud", CLOUD_LABEL[customer.cloud]],
          ["Added", <Time key="added" at={customer.created_at} />],
          ["Customer id", <CopyValue key="id" value={customer.id} what="the customer id" />],
        ]}
      />
    </Panel>
  );
}

function Rename({ customer }: { customer: Customer }) {
  const styles = useStyles();
  const rename = useCustomerRename(customer);
  const notify = useNotify();
  const [name, setName] = useState(customer.display_name);
  const [seen, setSeen] = useState(customer.display_name);
  if (seen !== customer.display_name) {
    // Somebody renamed it meanwhile; what was typed here stays.
    setSeen(customer.display_name);
    if (name === seen) setName(customer.display_name);
  }
  const taken = problemOf(rename.error, "conflict");
  const invalid = isProblem(rename.error) ? rename.error.errors?.display_name : undefined;
  const message = invalid ?? taken?.detail;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!rename.isPending)
      rename.mutate(name.trim(), { onSuccess: () => notify("The customer was renamed") });
  }

  return (
    <Panel title="Rename">
      <form className={styles.form} onSubmit={submit}>
        <Field
          className={styles.wide}
          label="Display name"
          required
          validationMessage={message}
          validationState={message ? "error" : "none"}
        >
          <Input maxLength={NAME_MAX} value={name} onChange={(_, data) => setName(data.value)} />
        </Field>
        {rename.error && !message && <ProblemMessage error={rename.error} />}
        <SubmitButton
          busy={rename.isPending}
          needs={
            !name.trim()
              ? "Give a display name."
              : name.trim() === customer.display_name && "The name is as it was."
          }
        >
          Save name
        </SubmitButton>
      </form>
    </Panel>
  );
}

function ComparisonChoice({ customer }: { customer: Customer }) {
  const styles = useStyles();
  const links = useLinkStyles();
  const notify = useNotify();
  const baselines = useBaselineChoices();
  const save = useComparisonBaselineSet(customer.id);
  const current = customer.comparison_baseline ?? { kind: "imported_snapshot" as const };
  const currentKey = current.kind === "imported_snapshot" ? "imported_snapshot" : current.baseline_id;
  const currentPin = current.kind === "workspace_baseline" ? (current.version ?? undefined) : undefined;
  const [chosen, setChosen] = useState(currentKey);
  const [pin, setPin] = useState(currentPin);
  const state = `${currentKey} ${currentPin}`;
  const [shown, setShown] = useState(state);
  if (shown !== state) {
    setShown(state);
    setChosen(currentKey);
    setPin(currentPin);
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    const next: ComparisonBaseline =
      chosen === "imported_snapshot"
        ? { kind: "imported_snapshot" }
        : { kind: "workspace_baseline", baseline_id: chosen, ...(pin ? { version: pin } : {}) };
    if (!save.isPending)
      save.mutate(next, { onSuccess: () => notify("The comparison baseline was changed") });
  }

  return (
    <Panel title="Comparison baseline">
      <Text>What the report compares this customer&apos;s live policies with.</Text>
      {current.kind === "workspace_baseline" && (
        <Text>
          What its groups, locations and other references mean in this tenant is told under{" "}
          <Link
            to="/customers/$customerId/settings/bindings"
            params={{ customerId: customer.id }}
            className={links.inline}
          >
            Bindings
          </Link>
          .
        </Text>
      )}
      <form className={styles.form} onSubmit={submit}>
        <RadioGroup
          aria-label="Comparison baseline"
          value={chosen}
          onChange={(_, data) => {
            setChosen(data.value);
            setPin(data.value === currentKey ? currentPin : undefined);
          }}
        >
          <Radio value="imported_snapshot" label="Imported snapshot (recommended)" />
          {baselines.data?.items.map((baseline) => (
            <Radio key={baseline.id} value={baseline.id} label={baseline.name} />
          ))}
        </RadioGroup>
        {baselines.error && <ProblemMessage error={baselines.error} />}
        {chosen !== "imported_snapshot" && (
          <VersionChoice key={chosen} baselineId={chosen} value={pin} onChange={setPin} />
        )}
        {save.error && <ProblemMessage error={save.error} />}
        <SubmitButton
          busy={save.isPending}
          needs={chosen === currentKey && pin === currentPin && "The choice is as it was."}
        >
          Save comparison baseline
        </SubmitButton>
      </form>
    </Panel>
  );
}

function Delete({ customer }: { customer: Customer }) {
  const styles = useStyles();
  const navigate = useNavigate();
  const notify = useNotify();
  const remove = useCustomerDelete(customer);
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const name = customer.display_name;

  function close() {
    setOpen(false);
    setTyped("");
    remove.reset();
  }

  return (
    <Panel title="Delete this customer">
      <div className={styles.form}>
        <Text>
          Its snapshots, reports and stored credentials are removed for good. The audit log keeps what was
          done. The app registration in the customer&apos;s tenant stays; delete it there if it is not needed
          any more.
        </Text>
        <Button onClick={() => setOpen(true)}>Delete customer</Button>
      </div>
      <ConfirmDialog
        open={open}
        title={`Delete ${name}?`}
        action="Delete customer"
        busy={remove.isPending}
        ready={typed.trim() === name}
        needs="Type the customer's name to confirm."
        onClose={close}
        onConfirm={() =>
          // An event may have taken this page away by the time the answer is there. What failed is shown below.
          void remove.mutateAsync().then(
            () => {
              notify(`${name} was deleted`);
              void navigate({ to: "/customers" });
            },
            () => undefined,
          )
        }
      >
        <div className={styles.form}>
          <MessageBar intent="warning" layout="multiline">
            <MessageBarBody>This can&apos;t be undone.</MessageBarBody>
          </MessageBar>
          <Field className={styles.wide} label={`Type ${name} to confirm`} required>
            <Input autoFocus autoComplete="off" value={typed} onChange={(_, data) => setTyped(data.value)} />
          </Field>
          {remove.error && <ProblemMessage error={remove.error} />}
        </div>
      </ConfirmDialog>
    </Panel>
  );
}
