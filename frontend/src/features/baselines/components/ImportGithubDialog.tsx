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
  makeStyles,
} from "@fluentui/react-components";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { ProblemMessage } from "@/api/ProblemMessage";
import { isProblem, problemOf } from "@/api/problems";
import { counted } from "@/lib/text";
import { type BaselineImport, type GithubImport, useGithubImport } from "../queries";
import { ImportPreview } from "./ImportPreview";
import { SubmitButton } from "@/ui/SubmitButton";
import { useFocusReturn } from "@/ui/useFocusReturn";

const useStyles = makeStyles({
  content: { display: "flex", flexDirection: "column", gap: "14px", paddingTop: "8px" },
  pair: {
    display: "grid",
    gridTemplateColumns: "1fr 1fr",
    gap: "12px",
    "@media (max-width: 480px)": { gridTemplateColumns: "1fr" },
  },
});

const FIELDS = ["url", "ref", "folder", "token", "name"] as const;
type Name = (typeof FIELDS)[number];

/** A repository's address, a look at what is found and skipped there, then the import. */
export function ImportGithubDialog({ onClose }: { onClose: () => void }) {
  const styles = useStyles();
  useFocusReturn();
  const navigate = useNavigate();
  const run = useGithubImport();
  const [values, setValues] = useState<Record<Name, string>>({
    url: "",
    ref: "",
    folder: "",
    token: "",
    name: "",
  });
  const [found, setFound] = useState<BaselineImport>();

  const errors = isProblem(run.error) ? run.error.errors : undefined;
  const taken = problemOf(run.error, "conflict")?.detail;
  const message = (field: Name) => errors?.[field] ?? (field === "name" ? taken : undefined);
  const placed = FIELDS.some((field) => message(field));
  const ready = found ? found.policies.length > 0 && values.name.trim() : values.url.trim();

  const missing = !found
    ? "Give the address of a repository."
    : found.policies.length === 0
      ? "There is no policy to import."
      : "Give the baseline a name.";

  function change(field: Name, value: string) {
    setValues((before) => ({ ...before, [field]: value }));
    // Another source is another set of policies; the name alone changes nothing that was found.
    if (field !== "name") setFound(undefined);
    if (run.error) run.reset();
  }

  /** Looks at one folder of what was found, alone. */
  function look(folder: string) {
    const chosen = { ...values, folder };
    setValues(chosen);
    setFound(undefined);
    run.mutate(bodyOf(chosen, true), { onSuccess: setFound });
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (run.isPending || !ready) return;
    const name = values.name.trim() || nameFor(values.url);
    run.mutate(bodyOf({ ...values, name }, !found), {
      onSuccess: (result) => {
        if (result.baseline) {
          void navigate({ to: "/baselines/$baselineId", params: { baselineId: result.baseline.id } });
        } else {
          setValues((before) => ({ ...before, name }));
          setFound(result);
        }
      },
    });
  }

  const field = (name: Name, label: string, hint: string, required = false) => (
    <Field
      label={label}
      hint={hint}
      required={required}
      validationMessage={message(name)}
      validationState={message(name) ? "error" : "none"}
    >
      <Input
        type={name === "token" ? "password" : "text"}
        autoFocus={name === "url"}
        autoComplete="off"
        spellCheck={false}
        value={values[name]}
        onChange={(_, data) => change(name, data.value)}
      />
    </Field>
  );

  return (
    <Dialog open onOpenChange={(_, data) => !data.open && !run.isPending && onClose()}>
      <DialogSurface>
        <form onSubmit={submit} noValidate>
          <DialogBody>
            <DialogTitle>Import a baseline from GitHub</DialogTitle>
            <DialogContent className={styles.content}>
              {field(
                "url",
                "Repository",
                "Such as https://github.com/owner/name, or a folder of it as your browser shows it.",
                true,
              )}
              <div className={styles.pair}>
                {field("ref", "Branch, tag or commit", "Left empty, the default branch.")}
                {field("folder", "Folder", "Left empty, the whole repository.")}
              </div>
              {field("token", "Token", "Only for a private repository: one that may read its contents.")}
              <div role="status">
                {run.isPending && !found && "Looking through the repository"}
                {found && <ImportPreview found={found} onFolder={look} />}
              </div>
              {found && field("name", "Baseline name", "", true)}
              {run.error && !placed && <ProblemMessage error={run.error} />}
            </DialogContent>
            <DialogActions>
              <SubmitButton appearance="primary" busy={run.isPending} needs={!ready && missing}>
                {found ? `Import ${counted(found.policies.length, "policy", "policies")}` : "Preview"}
              </SubmitButton>
              <Button disabled={run.isPending} onClick={onClose}>
                Cancel
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}

/** The request without what was left empty. */
function bodyOf(values: Record<Name, string>, preview: boolean): GithubImport {
  const ref = values.ref.trim();
  const folder = values.folder.trim();
  const token = values.token.trim();
  return {
    name: values.name.trim(),
    url: values.url.trim(),
    ...(ref ? { ref } : {}),
    ...(folder ? { folder } : {}),
    ...(token ? { token } : {}),
    preview,
  };
}

/** The repository's name, as a first proposal. */
function nameFor(url: string): string {
  const [, repository] = /github\.com\/[^/]+\/([^/#?]+)/i.exec(url) ?? [];
  return (repository ?? "GitHub").replace(/\.git$/, "").slice(0, 120);
}
