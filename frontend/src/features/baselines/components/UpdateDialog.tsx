import { Button, Field, Input, Spinner, Text, makeStyles, tokens } from "@fluentui/react-components";
import { useEffect, useRef, useState } from "react";
import { ProblemMessage } from "@/api/ProblemMessage";
import { counted } from "@/lib/text";
import { type Column, DataTable } from "@/ui/DataTable";
import { useNotify } from "@/ui/useNotify";
import { type Baseline, type BaselineUpdate, useSourceUpdate } from "../queries";
import { PolicyChanges } from "./PolicyChanges";
import { WideDialog } from "./WideDialog";

const useStyles = makeStyles({
  quiet: { color: tokens.colorNeutralForeground2 },
  title: { margin: 0, fontSize: tokens.fontSizeBase300, lineHeight: tokens.lineHeightBase300 },
});

/** Looks at the source at once; tells what would change, for customers too, before anything is taken over. */
export function UpdateDialog({ baseline, onClose }: { baseline: Baseline; onClose: () => void }) {
  const notify = useNotify();
  // What was looked at keeps its baseline: the list behind the dialog is read again meanwhile.
  const [seen] = useState(baseline);
  const look = useSourceUpdate(seen);
  const take = useSourceUpdate(seen);
  const [note, setNote] = useState("");
  const begun = useRef(false);
  const { mutate } = look;
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    mutate({ preview: true, note: "" });
  }, [mutate]);
  const found = look.data;
  const news = found && found.from !== found.to;
  return (
    <WideDialog
      title={`Update ${seen.name}`}
      busy={take.isPending}
      onClose={onClose}
      actions={
        <>
          {news && (
            <Button
              appearance="primary"
              disabled={take.isPending}
              onClick={() =>
                take.mutate(
                  { preview: false, note: note.trim() },
                  {
                    onSuccess: ({ baseline: made }) => {
                      notify(
                        made
                          ? `Version ${made.current_version} is the current one`
                          : "There is nothing newer",
                      );
                      onClose();
                    },
                  },
                )
              }
            >
              Take over
            </Button>
          )}
          <Button disabled={take.isPending} onClick={onClose}>
            {news ? "Cancel" : "Close"}
          </Button>
        </>
      }
    >
      <div role="status">
        {look.isPending && <Spinner label="Looking at the source" labelPosition="after" size="tiny" />}
        {found && !news && <Text>{`Nothing newer than ${found.from.slice(0, 7)} is there.`}</Text>}
      </div>
      {look.error && (
        <>
          <ProblemMessage error={look.error} onRetry={() => look.mutate({ preview: true, note: "" })} />
          <OtherToken onLook={(token) => look.mutate({ preview: true, note: "", token })} />
        </>
      )}
      {news && <News found={found} />}
      {news && (
        <Field label="Note" hint="For the list of versions; may be left empty.">
          <Input maxLength={500} value={note} onChange={(_, data) => setNote(data.value)} />
        </Field>
      )}
      {take.error && <ProblemMessage error={take.error} />}
    </WideDialog>
  );
}

/** A private source whose token has run out is read with another one. What is typed is not kept here. */
function OtherToken({ onLook }: { onLook: (token: string) => void }) {
  const [token, setToken] = useState("");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!token.trim()) return;
        onLook(token.trim());
        setToken("");
      }}
    >
      <Field
        label="Another token"
        hint="For a private repository whose token has run out. It is kept, sealed, once the source can be read with it."
      >
        <Input
          type="password"
          autoComplete="off"
          maxLength={500}
          value={token}
          onChange={(_, data) => setToken(data.value)}
        />
      </Field>
      <Button type="submit" disabled={!token.trim()}>
        Look with this token
      </Button>
    </form>
  );
}

function News({ found }: { found: BaselineUpdate }) {
  const styles = useStyles();
  return (
    <>
      <Text className={styles.quiet}>
        {`From commit ${found.from.slice(0, 7)} to ${found.to.slice(0, 7)}.`}
        {found.skipped.length > 0 && ` ${counted(found.skipped.length, "file")} skipped.`}
      </Text>
      <PolicyChanges changes={found} />
      <section aria-label="What it does to customers">
        <h3 className={styles.title}>What it does to customers</h3>
        {found.customers.length === 0 ? (
          <Text>No imported customer follows the latest version of this baseline.</Text>
        ) : (
          <DataTable
            label="Customers"
            rows={found.customers}
            rowKey={({ customer_id: id }) => id}
            columns={EFFECTS}
          />
        )}
      </section>
    </>
  );
}

type Effect = BaselineUpdate["customers"][number];

const change = (level: "critical" | "high" | "medium"): Column<Effect> => ({
  id: level,
  header: level.charAt(0).toUpperCase() + level.slice(1),
  align: "end",
  cell: ({ before, after }) =>
    before[level] === after[level] ? before[level] : `${before[level]} → ${after[level]}`,
});

const EFFECTS: readonly Column<Effect>[] = [
  { id: "name", header: "Customer", cell: ({ display_name: name }) => name },
  change("critical"),
  change("high"),
  change("medium"),
];
