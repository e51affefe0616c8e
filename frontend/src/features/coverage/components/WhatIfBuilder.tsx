import { Button, Dropdown, Field, Input, Option, Text, makeStyles } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { EvaluationAnswer, type SignIn } from "@/api/Evaluation";
import { QueryState } from "@/api/QueryState";
import { api } from "@/api/client";
import type { Customer } from "@/api/customers";
import type { components } from "@/api/schema";
import { latestSnapshotOptions, snapshotOptions } from "@/api/snapshots";
import { Panel } from "@/ui/Panel";
import { LoadingRows } from "@/ui/States";
import {
  CLIENTS,
  type Choices,
  DEVICES,
  type Draft,
  FLOWS,
  PLATFORMS,
  RISKS,
  WHO,
  choicesOf,
  draftOf,
  signInOf,
} from "../signIn";

const useStyles = makeStyles({
  split: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr) minmax(0, 1fr)",
    gap: "16px",
    alignItems: "start",
    "@media (max-width: 1080px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  form: { display: "flex", flexDirection: "column", gap: "12px" },
  fields: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fit, minmax(200px, 1fr))",
    gap: "12px",
    alignItems: "start",
  },
  choice: { minWidth: 0 },
});

interface WhatIfBuilderProps {
  customer: Customer;
  /** The sign-in that the address names. */
  asked: SignIn | undefined;
  onAsk: (signIn: SignIn) => void;
}

/** Builds a sign-in and asks what the live policies do to it. */
export function WhatIfBuilder({ customer, asked, onAsk }: WhatIfBuilderProps) {
  const styles = useStyles();
  const latest = useQuery(latestSnapshotOptions(customer.id));
  const id = latest.data?.items[0]?.id;
  return (
    <div className={styles.split}>
      <Panel title="Sign-in">
        {id ? (
          <Loaded customer={customer} snapshotId={id} asked={asked} onAsk={onAsk} />
        ) : (
          <QueryState query={latest}>{() => <LoadingRows rows={4} />}</QueryState>
        )}
      </Panel>
      <Panel title="Decision">
        {asked ? (
          <Answer customer={customer} signIn={asked} />
        ) : (
          <Text>Describe a sign-in and select What If. Nothing is changed in the tenant.</Text>
        )}
      </Panel>
    </div>
  );
}

function Answer({ customer, signIn }: { customer: Customer; signIn: SignIn }) {
  const query = api.useQuery("post", "/api/v1/customers/{id}/evaluate", {
    params: { path: { id: customer.id } },
    body: { sign_in: signIn },
  });
  return (
    <QueryState query={query} loading={<LoadingRows rows={4} label="Asking What If" />}>
      {(evaluation) => <EvaluationAnswer evaluation={evaluation} />}
    </QueryState>
  );
}

function Loaded({ customer, snapshotId, asked, onAsk }: WhatIfBuilderProps & { snapshotId: string }) {
  const query = useQuery(snapshotOptions(customer.id, snapshotId));
  return (
    <QueryState query={query} loading={<LoadingRows rows={6} label="Loading what policies name" />}>
      {(snapshot) => <Form snapshot={snapshot} asked={asked} onAsk={onAsk} />}
    </QueryState>
  );
}

interface FormProps {
  snapshot: components["schemas"]["SnapshotDetailOut"];
  asked: SignIn | undefined;
  onAsk: (signIn: SignIn) => void;
}

function Form({ snapshot, asked, onAsk }: FormProps) {
  const styles = useStyles();
  const [draft, setDraft] = useState(() => draftOf(asked));
  // Back and forward bring other sign-ins; the form stays mounted, so that who has asked keeps their place in it.
  const address = JSON.stringify(asked);
  const [shown, setShown] = useState(address);
  if (address !== shown) {
    setShown(address);
    setDraft(draftOf(asked));
  }
  const { groups, roles, targets, places } = choicesOf(snapshot);
  const set = (name: keyof Draft) => (value: string) => setDraft((before) => ({ ...before, [name]: value }));
  const choice = (label: string, name: keyof Draft, options: Choices) => (
    <Choice label={label} options={options} value={draft[name]} onChange={set(name)} />
  );

  function submit(event: FormEvent) {
    event.preventDefault();
    onAsk(signInOf(draft));
  }

  return (
    <form className={styles.form} onSubmit={submit}>
      {asked && !asked.user && (
        <Text>What is decided here is a workload identity. This form is for people.</Text>
      )}
      <div className={styles.fields}>
        {choice("User type", "who", WHO)}
        {choice("Group", "group", groups)}
        {choice("Role", "role", roles)}
        <Field label="User's object ID" hint="Their groups and roles are added, as far as they were read.">
          <Input value={draft.userId} maxLength={36} onChange={(_, data) => set("userId")(data.value)} />
        </Field>
        {choice("App or user action", "target", targets)}
        {choice("Client app", "client", CLIENTS)}
        {choice("Device platform", "platform", PLATFORMS)}
        {choice("Location", "place", places)}
        {choice("Device state", "device", DEVICES)}
        {choice("Sign-in risk", "signInRisk", RISKS)}
        {choice("User risk", "userRisk", RISKS)}
        {choice("Authentication flow", "flow", FLOWS)}
      </div>
      <div>
        <Button type="submit" appearance="primary">
          What If
        </Button>
      </div>
    </form>
  );
}

interface ChoiceProps {
  label: string;
  options: Choices;
  value: string;
  onChange: (value: string) => void;
}

function Choice({ label, options, value, onChange }: ChoiceProps) {
  const styles = useStyles();
  // A sign-in of a finding may name what the form does not offer.
  const all = options.some(([known]) => known === value) ? options : [...options, [value, value] as const];
  const text = all.find(([known]) => known === value)?.[1] ?? "";
  return (
    <Field label={label} className={styles.choice}>
      <Dropdown
        className={styles.choice}
        value={text}
        selectedOptions={[value]}
        onOptionSelect={(_, { optionValue }) => onChange(optionValue ?? "")}
      >
        {all.map(([known, words]) => (
          <Option key={known} value={known}>
            {words}
          </Option>
        ))}
      </Dropdown>
    </Field>
  );
}
