import {
  Button,
  Field,
  Input,
  Link as TextButton,
  Text,
  makeStyles,
  tokens,
} from "@fluentui/react-components";
import { useState } from "react";
import { ProblemMessage } from "@/api/ProblemMessage";
import { QueryState } from "@/api/QueryState";
import { useHasRole } from "@/api/access";
import { formatNumber } from "@/lib/text";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { type Column, DataTable } from "@/ui/DataTable";
import { Panel } from "@/ui/Panel";
import { LoadingRows } from "@/ui/States";
import { Time } from "@/ui/Time";
import { useNotify } from "@/ui/useNotify";
import {
  type Baseline,
  type BaselineVersion,
  useVersionComparison,
  useVersionRestore,
  useVersions,
} from "../queries";
import { sourceText } from "../source";
import { PolicyChanges } from "./PolicyChanges";
import { WideDialog } from "./WideDialog";

const useStyles = makeStyles({
  quiet: { display: "block", color: tokens.colorNeutralForeground3 },
  actions: { display: "flex", gap: "12px", flexWrap: "wrap" },
});

type Shown = { what: "compare" | "restore"; version: BaselineVersion };

/** Every version that a baseline had: who made it, from what, and what changed since. */
export function Versions({ baseline }: { baseline: Baseline }) {
  const query = useVersions(baseline.id);
  const [shown, setShown] = useState<Shown>();
  const close = () => setShown(undefined);
  return (
    <Panel title="Versions">
      <QueryState query={query} loading={<LoadingRows rows={2} label="Loading versions" />}>
        {({ items }) => (
          <DataTable
            label="Versions"
            rows={items}
            rowKey={({ number }) => String(number)}
            columns={columns(baseline, setShown)}
          />
        )}
      </QueryState>
      {shown?.what === "compare" && <Compare baseline={baseline} version={shown.version} onClose={close} />}
      {shown?.what === "restore" && <Restore baseline={baseline} version={shown.version} onClose={close} />}
    </Panel>
  );
}

function columns(baseline: Baseline, onShow: (shown: Shown) => void): Column<BaselineVersion>[] {
  return [
    {
      id: "number",
      header: "Version",
      width: "90px",
      cell: ({ number }) => (number === baseline.current_version ? `${number} (current)` : number),
    },
    { id: "made", header: "Made", cell: (version) => <MadeCell version={version} /> },
    { id: "source", header: "From", cell: (version) => <FromCell version={version} /> },
    { id: "policies", header: "Policies", align: "end", cell: ({ policies }) => formatNumber(policies) },
    {
      id: "actions",
      header: "Actions",
      cell: (version) =>
        version.number !== baseline.current_version && (
          <Actions baseline={baseline} version={version} onShow={onShow} />
        ),
    },
  ];
}

function MadeCell({ version }: { version: BaselineVersion }) {
  const styles = useStyles();
  return (
    <>
      <Time at={version.created_at} />
      <Text size={200} className={styles.quiet}>
        {version.created_by ? `by ${version.created_by}` : "with the product"}
      </Text>
    </>
  );
}

function FromCell({ version }: { version: BaselineVersion }) {
  const styles = useStyles();
  return (
    <>
      {sourceText(version.source)}
      {version.note && (
        <Text size={200} className={styles.quiet}>
          {version.note}
        </Text>
      )}
    </>
  );
}

function Actions({
  baseline,
  version,
  onShow,
}: {
  baseline: Baseline;
  version: BaselineVersion;
  onShow: (shown: Shown) => void;
}) {
  const styles = useStyles();
  const admin = useHasRole("admin");
  return (
    <span className={styles.actions}>
      <TextButton as="button" onClick={() => onShow({ what: "compare", version })}>
        {`Compare ${version.number} with current`}
      </TextButton>
      {admin && !baseline.built_in && (
        <TextButton as="button" onClick={() => onShow({ what: "restore", version })}>
          {`Roll back to ${version.number}`}
        </TextButton>
      )}
    </span>
  );
}

interface DialogProps {
  baseline: Baseline;
  version: BaselineVersion;
  onClose: () => void;
}

function Compare({ baseline, version, onClose }: DialogProps) {
  const query = useVersionComparison(baseline.id, version.number, baseline.current_version);
  return (
    <WideDialog
      title={`From version ${version.number} to ${baseline.current_version}`}
      onClose={onClose}
      actions={<Button onClick={onClose}>Close</Button>}
    >
      <QueryState query={query} loading={<LoadingRows rows={3} label="Comparing" />}>
        {(changes) => <PolicyChanges changes={changes} />}
      </QueryState>
    </WideDialog>
  );
}

function Restore({ baseline, version, onClose }: DialogProps) {
  const restore = useVersionRestore(baseline);
  const notify = useNotify();
  const [note, setNote] = useState("");
  return (
    <ConfirmDialog
      open
      title={`Roll back to version ${version.number}?`}
      action="Roll back"
      busy={restore.isPending}
      onClose={onClose}
      onConfirm={() =>
        restore.mutate(
          { restore: version.number, note: note.trim() },
          {
            onSuccess: (made) => {
              notify(`Version ${made.current_version} holds what version ${version.number} held`);
              onClose();
            },
          },
        )
      }
    >
      <Text block>
        It becomes version {baseline.current_version + 1}; nothing is lost. Customers that follow the latest
        version get their reports anew.
      </Text>
      <Field label="Why" hint="For the list of versions; may be left empty.">
        <Input maxLength={500} value={note} onChange={(_, data) => setNote(data.value)} />
      </Field>
      {restore.error && <ProblemMessage error={restore.error} />}
    </ConfirmDialog>
  );
}
