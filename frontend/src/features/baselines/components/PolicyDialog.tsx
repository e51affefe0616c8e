import {
  Button,
  Dropdown,
  Field,
  Input,
  Option,
  Textarea,
  makeStyles,
  tokens,
} from "@fluentui/react-components";
import { useState } from "react";
import { ProblemMessage } from "@/api/ProblemMessage";
import { policyStateLabel } from "@/ui/PolicyCard";
import { SEVERITIES } from "@/ui/severity";
import { useNotify } from "@/ui/useNotify";
import {
  type Baseline,
  type BaselinePolicy,
  type PolicyBody,
  type PolicyChange,
  usePolicyChange,
} from "../queries";
import { WideDialog } from "./WideDialog";

const useStyles = makeStyles({
  pair: { display: "flex", flexWrap: "wrap", gap: "16px" },
  code: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
});

const STATES = ["enabled", "enabledForReportingButNotEnforced", "disabled"] as const;
const OWN = "own";

interface PolicyDialogProps {
  baseline: Baseline;
  policy: BaselinePolicy;
  onClose: () => void;
}

/** Changes a policy, or what is said of it; either makes a new version of the baseline. */
export function PolicyDialog({ baseline, policy, onClose }: PolicyDialogProps) {
  const styles = useStyles();
  const notify = useNotify();
  // The page behind is read again meanwhile; what is typed is based on what was shown.
  const [opened] = useState(baseline.version);
  const change = usePolicyChange(baseline.id);
  const before = JSON.stringify(policy.body, null, 2);
  const [body, setBody] = useState(before);
  const [state, setState] = useState<string>(policy.notes.intended_state ?? OWN);
  const [severity, setSeverity] = useState<string>(policy.notes.severity ?? OWN);
  const [frameworks, setFrameworks] = useState((policy.notes.frameworks ?? []).join("\n"));
  const [said, setSaid] = useState(policy.notes.note ?? "");
  const [note, setNote] = useState("");
  const parsed = body === before ? undefined : parse(body);
  const broken = parsed === null;

  function submit() {
    const wanted: PolicyChange = {
      key: policy.key,
      // Who was told that somebody was faster, and saves all the same, means it.
      version: change.error ? baseline.version : opened,
      notes: {
        intended_state: STATES.find((one) => one === state) ?? null,
        severity: SEVERITIES.find((one) => one === severity) ?? null,
        frameworks: frameworks.split("\n").flatMap((line) => line.trim() || []),
        note: said.trim(),
      },
      note: note.trim(),
      ...(parsed ? { policy: parsed } : {}),
    };
    change.mutate(wanted, {
      onSuccess: ({ current_version: version }) => {
        notify(`Version ${version} is the current one`);
        onClose();
      },
    });
  }

  return (
    <WideDialog
      title={`Edit ${policy.display_name}`}
      busy={change.isPending}
      onClose={onClose}
      actions={
        <>
          <Button appearance="primary" disabled={change.isPending || broken} onClick={submit}>
            Save as new version
          </Button>
          <Button disabled={change.isPending} onClick={onClose}>
            Cancel
          </Button>
        </>
      }
    >
      <div className={styles.pair}>
        <Choice
          label="Intended state"
          hint="What counts in comparisons. Published baselines often ship switched off."
          own={`Its own: ${policyStateLabel(policy.state)}`}
          options={STATES.map((one) => [one, policyStateLabel(one)])}
          value={state}
          onChange={setState}
        />
        <Choice
          label="Severity"
          hint="How bad it is when all of it is missing."
          own="As the product has it"
          options={SEVERITIES.map((one) => [one, one.charAt(0).toUpperCase() + one.slice(1)])}
          value={severity}
          onChange={setSeverity}
        />
      </div>
      <Field label="References" hint="One per line: framework, version and id. Findings carry them.">
        <Textarea value={frameworks} onChange={(_, data) => setFrameworks(data.value)} />
      </Field>
      <Field label="Note" hint="For people. Findings repeat it.">
        <Textarea maxLength={2000} value={said} onChange={(_, data) => setSaid(data.value)} />
      </Field>
      <Field
        label="Policy as Graph JSON"
        validationMessage={broken ? "This is not a JSON object." : undefined}
        validationState={broken ? "error" : "none"}
      >
        <Textarea
          resize="vertical"
          rows={10}
          spellCheck={false}
          textarea={{ className: styles.code }}
          value={body}
          onChange={(_, data) => setBody(data.value)}
        />
      </Field>
      <Field label="Why" hint="For the list of versions; may be left empty.">
        <Input maxLength={500} value={note} onChange={(_, data) => setNote(data.value)} />
      </Field>
      {change.error && <ProblemMessage error={change.error} />}
    </WideDialog>
  );
}

interface ChoiceProps {
  label: string;
  hint: string;
  /** What holds when nothing is chosen. */
  own: string;
  options: readonly (readonly [string, string])[];
  value: string;
  onChange: (value: string) => void;
}

function Choice({ label, hint, own, options, value, onChange }: ChoiceProps) {
  const text = options.find(([key]) => key === value)?.[1] ?? own;
  return (
    <Field label={label} hint={hint}>
      <Dropdown
        value={text}
        selectedOptions={[value]}
        onOptionSelect={(_, { optionValue }) => onChange(optionValue ?? OWN)}
      >
        <Option value={OWN}>{own}</Option>
        {options.map(([key, words]) => (
          <Option key={key} value={key}>
            {words}
          </Option>
        ))}
      </Dropdown>
    </Field>
  );
}

/** The object that a text says, or null where it says none. */
function parse(text: string): PolicyBody | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as PolicyBody)
      : null;
  } catch {
    return null;
  }
}
