import { Field, Input, Radio, RadioGroup, Text, makeStyles } from "@fluentui/react-components";
import { type FormEvent, useState } from "react";
import { isGuid } from "@/lib/guid";
import { Panel } from "@/ui/Panel";
import type { EmergencyChoice } from "../queries";
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

interface AddObjectProps {
  busy: boolean;
  /** What was typed stays until it is told that it is done. */
  onAdd: (choice: EmergencyChoice, done: () => void) => void;
}

/** Names an account or group that the policies do not show. */
export function AddObject({ busy, onAdd }: AddObjectProps) {
  const styles = useStyles();
  const [kind, setKind] = useState<EmergencyChoice["kind"]>("user");
  const [typed, setTyped] = useState("");
  const wrong = typed.trim() !== "" && !isGuid(typed);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!busy && isGuid(typed)) onAdd({ kind, id: typed.trim().toLowerCase() }, () => setTyped(""));
  }

  return (
    <Panel title="Another account or group">
      <Text>
        Emergency access that policies do not leave out is not recognised. Name it, to see which reach it.
      </Text>
      <form className={styles.form} onSubmit={submit}>
        <RadioGroup
          aria-label="What it is"
          layout="horizontal"
          value={kind}
          onChange={(_, data) => setKind(data.value === "group" ? "group" : "user")}
        >
          <Radio value="user" label="User" />
          <Radio value="group" label="Group" />
        </RadioGroup>
        <Field
          className={styles.wide}
          label="Object id"
          required
          validationMessage={wrong ? "An object id looks like 6a1f0f0e-3c1b-4a53-9d51-0a0f6b1f2c3d." : ""}
          validationState={wrong ? "error" : "none"}
        >
          <Input
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={(_, data) => setTyped(data.value)}
          />
        </Field>
        <SubmitButton busy={busy} needs={!isGuid(typed) && "Give the object id."}>
          Add as emergency access
        </SubmitButton>
      </form>
    </Panel>
  );
}
