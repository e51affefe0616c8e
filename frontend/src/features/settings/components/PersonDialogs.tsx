import { Field, Input, Text, makeStyles } from "@fluentui/react-components";
import { useState } from "react";
import { ProblemMessage } from "@/api/ProblemMessage";
import type { Role } from "@/api/access";
import { isProblem, problemOf } from "@/api/problems";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { useNotify } from "@/ui/useNotify";
import { type Person, usePersonCreate, usePersonDelete, usePersonUpdate } from "../queries";
import { RoleField } from "./RoleField";

/** The shortest password that the server takes. */
const PASSWORD_MIN = 12;

const useStyles = makeStyles({
  fields: { display: "flex", flexDirection: "column", gap: "14px", paddingTop: "8px" },
});

function state(message: string | undefined) {
  return { validationMessage: message, validationState: message ? ("error" as const) : ("none" as const) };
}

function passwordMessage(password: string, fromServer: string | undefined): string | undefined {
  if (password && password.length < PASSWORD_MIN) return `At least ${PASSWORD_MIN} characters.`;
  return fromServer;
}

export function AddPersonDialog({ onClose }: { onClose: () => void }) {
  const styles = useStyles();
  const notify = useNotify();
  const create = usePersonCreate();
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [password, setPassword] = useState("");
  const errors = isProblem(create.error) ? create.error.errors : undefined;
  const emailError = errors?.email ?? problemOf(create.error, "conflict")?.detail;
  const placed = emailError ?? errors?.display_name ?? errors?.password ?? errors?.role;
  return (
    <ConfirmDialog
      open
      title="Add person"
      action="Add person"
      busy={create.isPending}
      ready={Boolean(email.trim() && name.trim() && password.length >= PASSWORD_MIN)}
      onClose={onClose}
      onConfirm={() =>
        create.mutate(
          { email: email.trim(), display_name: name.trim(), role, password },
          {
            onSuccess: (person) => {
              notify(`${person.display_name} was added`);
              onClose();
            },
          },
        )
      }
    >
      <div className={styles.fields}>
        <Field label="Email" required {...state(emailError)}>
          <Input
            type="email"
            autoFocus
            autoComplete="off"
            value={email}
            onChange={(_, data) => setEmail(data.value)}
          />
        </Field>
        <Field label="Name" required {...state(errors?.display_name)}>
          <Input
            maxLength={120}
            autoComplete="off"
            value={name}
            onChange={(_, data) => setName(data.value)}
          />
        </Field>
        <RoleField value={role} onChange={setRole} message={errors?.role} />
        <Field
          label="First password"
          required
          hint="Hand it over in person; at least 12 characters."
          {...state(passwordMessage(password, errors?.password))}
        >
          <Input
            type="password"
            autoComplete="new-password"
            value={password}
            onChange={(_, data) => setPassword(data.value)}
          />
        </Field>
        {create.error && !placed && <ProblemMessage error={create.error} />}
      </div>
    </ConfirmDialog>
  );
}

export function EditPersonDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const styles = useStyles();
  const notify = useNotify();
  const update = usePersonUpdate(person);
  const [name, setName] = useState(person.display_name);
  const [role, setRole] = useState<Role>(person.role);
  const [password, setPassword] = useState("");
  const errors = isProblem(update.error) ? update.error.errors : undefined;
  const placed = errors?.display_name ?? errors?.password ?? errors?.role;
  const changed = name.trim() !== person.display_name || role !== person.role || password !== "";
  return (
    <ConfirmDialog
      open
      title={`Edit ${person.display_name}`}
      action="Save"
      busy={update.isPending}
      ready={changed && Boolean(name.trim()) && (!password || password.length >= PASSWORD_MIN)}
      onClose={onClose}
      onConfirm={() =>
        update.mutate(
          { display_name: name.trim(), role, ...(password ? { password } : {}) },
          {
            onSuccess: () => {
              notify(`${name.trim()} was saved`);
              onClose();
            },
          },
        )
      }
    >
      <div className={styles.fields}>
        <Field label="Name" required {...state(errors?.display_name)}>
          <Input
            maxLength={120}
            autoComplete="off"
            value={name}
            onChange={(_, data) => setName(data.value)}
          />
        </Field>
        <RoleField value={role} onChange={setRole} message={errors?.role} />
        <Field
          label="New password"
          hint="Leave it empty to keep the present one. A new one ends the person's sessions."
          {...state(passwordMessage(password, errors?.password))}
        >
          <Input
            type="password"
            autoComplete="new-password"
            value={password}
            onChange={(_, data) => setPassword(data.value)}
          />
        </Field>
        {update.error && !placed && <ProblemMessage error={update.error} />}
      </div>
    </ConfirmDialog>
  );
}

export function RemovePersonDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const notify = useNotify();
  const remove = usePersonDelete(person);
  return (
    <ConfirmDialog
      open
      title={`Remove ${person.display_name}?`}
      action="Remove person"
      busy={remove.isPending}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(undefined, {
          onSuccess: () => {
            notify(`${person.display_name} was removed`);
            onClose();
          },
        })
      }
    >
      <Text block>{person.email} can no longer sign in. What they did stays in the audit log.</Text>
      {remove.error && <ProblemMessage error={remove.error} />}
    </ConfirmDialog>
  );
}
