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
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { ProblemMessage } from "@/api/ProblemMessage";
import { isProblem, problemOf } from "@/api/problems";
import { counted, fileSize } from "@/lib/text";
import { type PickedFile, encodeFile } from "../files";
import { type BaselineImport, useFilesImport } from "../queries";
import { DropZone } from "./DropZone";
import { ImportPreview } from "./ImportPreview";
import { SubmitButton } from "@/ui/SubmitButton";
import { useFocusReturn } from "@/ui/useFocusReturn";

/** What the API takes at once; told before a long upload is refused. */
const MAX_BYTES = 20_000_000;

const useStyles = makeStyles({
  content: { display: "flex", flexDirection: "column", gap: "14px", paddingTop: "8px" },
});

/** A name, the files, a look at what is found and skipped, then the import. */
export function ImportFilesDialog({ onClose }: { onClose: () => void }) {
  const styles = useStyles();
  useFocusReturn();
  const navigate = useNavigate();
  const preview = useFilesImport();
  const save = useFilesImport();
  const [name, setName] = useState("");
  const [picked, setPicked] = useState<PickedFile[]>([]);
  const [found, setFound] = useState<BaselineImport>();
  const [tooLarge, setTooLarge] = useState<number>();

  const busy = save.isPending || preview.isPending;
  const fields = isProblem(save.error) ? save.error.errors : undefined;
  const nameError = fields?.name ?? problemOf(save.error, "conflict")?.detail;

  async function pick(files: PickedFile[]) {
    if (files.length === 0) return;
    const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
    setFound(undefined);
    setPicked(files);
    setTooLarge(bytes > MAX_BYTES ? bytes : undefined);
    if (bytes > MAX_BYTES) return;
    if (!name) setName(nameFor(files));
    const body = {
      name: name || nameFor(files),
      files: await Promise.all(files.map(encodeFile)),
      preview: true,
    };
    preview.mutate(body, { onSuccess: setFound });
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy || !found || !name.trim()) return;
    save.mutate(
      { name: name.trim(), files: await Promise.all(picked.map(encodeFile)), preview: false },
      {
        onSuccess: ({ baseline }) => {
          if (baseline) void navigate({ to: "/baselines/$baselineId", params: { baselineId: baseline.id } });
          else onClose();
        },
      },
    );
  }

  return (
    <Dialog open onOpenChange={(_, data) => !data.open && !save.isPending && onClose()}>
      <DialogSurface>
        <form onSubmit={(event) => void submit(event)}>
          <DialogBody>
            <DialogTitle>Import a baseline from files</DialogTitle>
            <DialogContent className={styles.content}>
              <DropZone disabled={busy} onPick={(files) => void pick(files)} />
              {tooLarge !== undefined && (
                <Text role="alert">
                  {counted(picked.length, "file")} of {fileSize(tooLarge)} are too large. Up to{" "}
                  {fileSize(MAX_BYTES)} can be imported at once.
                </Text>
              )}
              <div role="status">
                {preview.isPending && `Looking through ${counted(picked.length, "file")}`}
                {found && <ImportPreview found={found} />}
              </div>
              {preview.error && <ProblemMessage error={preview.error} />}
              <Field
                label="Baseline name"
                required
                validationMessage={nameError}
                validationState={nameError ? "error" : "none"}
              >
                <Input
                  maxLength={120}
                  value={name}
                  onChange={(_, data) => {
                    setName(data.value);
                    if (save.error) save.reset();
                  }}
                />
              </Field>
              {save.error && !nameError && <ProblemMessage error={save.error} />}
            </DialogContent>
            <DialogActions>
              <SubmitButton
                appearance="primary"
                busy={busy}
                needs={
                  !found
                    ? "Choose files with policies."
                    : found.policies.length === 0
                      ? "There is no policy to import."
                      : !name.trim() && "Give the baseline a name."
                }
              >
                {found ? `Import ${counted(found.policies.length, "policy", "policies")}` : "Import"}
              </SubmitButton>
              <Button disabled={save.isPending} onClick={onClose}>
                Cancel
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}

/** The folder's name, or the file's without its ending. */
function nameFor(files: readonly PickedFile[]): string {
  const [first = ""] = files[0]?.path.split("/") ?? [];
  return first.replace(/\.json$/i, "").slice(0, 120);
}
