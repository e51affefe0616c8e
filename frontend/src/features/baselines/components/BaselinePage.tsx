import { Field, Input, Text, ToolbarButton, makeStyles } from "@fluentui/react-components";
import { ArrowDownloadRegular, ArrowSyncRegular, DeleteRegular, RenameRegular } from "@fluentui/react-icons";
import { Link, getRouteApi, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { ProblemMessage } from "@/api/ProblemMessage";
import { QueryState } from "@/api/QueryState";
import { useHasRole } from "@/api/access";
import { isProblem, problemOf } from "@/api/problems";
import { save } from "@/lib/save";
import { counted, formatNumber } from "@/lib/text";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { Crumbs } from "@/ui/Crumbs";
import { Facts } from "@/ui/Facts";
import { useLinkStyles } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { PolicyCard } from "@/ui/PolicyCard";
import { Time } from "@/ui/Time";
import { useNotify } from "@/ui/useNotify";
import {
  type Baseline,
  type BaselinePolicy,
  useBaseline,
  useBaselineDelete,
  useBaselineExport,
  useBaselineRename,
} from "../queries";
import { sourceText } from "../source";
import { Followers } from "./Followers";
import { PolicyDialog } from "./PolicyDialog";
import { PolicyNotes } from "./PolicyNotes";
import { UpdateDialog } from "./UpdateDialog";
import { Versions } from "./Versions";

const route = getRouteApi("/shell/baselines/$baselineId");

const useStyles = makeStyles({
  cards: { display: "flex", flexDirection: "column", gap: "12px" },
});

export function BaselinePage() {
  const { baselineId } = route.useParams();
  const query = useBaseline(baselineId);
  return (
    <QueryState query={query}>
      {(baseline) => <Content baseline={baseline} policies={baseline.policy_items} />}
    </QueryState>
  );
}

function Content({ baseline, policies }: { baseline: Baseline; policies: readonly BaselinePolicy[] }) {
  const styles = useStyles();
  const admin = useHasRole("admin");
  const operator = useHasRole("operator");
  const download = useBaselineExport(baseline);
  const [dialog, setDialog] = useState<"rename" | "delete" | "update">();
  const [edited, setEdited] = useState<BaselinePolicy>();
  const close = () => setDialog(undefined);
  const links = useLinkStyles();
  return (
    <Page
      title={baseline.name}
      crumbs={
        <Crumbs
          list={
            <Link to="/baselines" className={links.text}>
              Baseline library
            </Link>
          }
          here={baseline.name}
        />
      }
      commands={
        operator && (
          <>
            <ToolbarButton
              icon={<ArrowDownloadRegular />}
              disabled={download.isPending}
              onClick={() =>
                download.mutate(undefined, { onSuccess: (zip) => save(zip, `${baseline.name}.zip`) })
              }
            >
              Export
            </ToolbarButton>
            {admin && !baseline.built_in && <Manage baseline={baseline} onOpen={setDialog} />}
          </>
        )
      }
    >
      {download.error && <ProblemMessage error={download.error} />}

      <Panel title="About this baseline">
        <Facts
          facts={[
            ["Source", sourceText(baseline.source)],
            ["Policies", formatNumber(baseline.policies)],
            ["Version", formatNumber(baseline.current_version)],
            ["Imported", <Time key="made" at={baseline.created_at} />],
            ...(baseline.has_source ? [["Source looked at", lookedAt(baseline)] as const] : []),
          ]}
        />
      </Panel>
      <Followers baseline={baseline} />
      <Versions baseline={baseline} />
      <div className={styles.cards}>
        {policies.map((policy) => (
          <PolicyCard key={policy.key} policy={policy}>
            <PolicyNotes
              notes={policy.notes}
              onEdit={admin && !baseline.built_in ? () => setEdited(policy) : undefined}
            />
          </PolicyCard>
        ))}
      </div>
      {edited && <PolicyDialog baseline={baseline} policy={edited} onClose={() => setEdited(undefined)} />}
      {dialog === "rename" && <Rename baseline={baseline} onClose={close} />}
      {dialog === "delete" && <Delete baseline={baseline} onClose={close} />}
      {dialog === "update" && <UpdateDialog baseline={baseline} onClose={close} />}
    </Page>
  );
}

/** When its source was last looked at, and what came of it. */
function lookedAt(baseline: Baseline): ReactNode {
  if (!baseline.source_checked_at) return "Not since the import";
  const found =
    baseline.source_problem ?? (baseline.update_available ? "A newer commit is there" : "Up to date");
  return (
    <span key="looked">
      <Time at={baseline.source_checked_at} />: {found}
    </span>
  );
}

interface ManageProps {
  baseline: Baseline;
  onOpen: (dialog: "rename" | "delete" | "update") => void;
}

function Manage({ baseline, onOpen }: ManageProps) {
  return (
    <>
      {baseline.has_source && (
        <ToolbarButton icon={<ArrowSyncRegular />} onClick={() => onOpen("update")}>
          {baseline.update_available ? "Update available" : "Check for update"}
        </ToolbarButton>
      )}
      <ToolbarButton icon={<RenameRegular />} onClick={() => onOpen("rename")}>
        Rename
      </ToolbarButton>
      <ToolbarButton icon={<DeleteRegular />} onClick={() => onOpen("delete")}>
        Delete
      </ToolbarButton>
    </>
  );
}

function Rename({ baseline, onClose }: { baseline: Baseline; onClose: () => void }) {
  const rename = useBaselineRename(baseline);
  const notify = useNotify();
  const [name, setName] = useState(baseline.name);
  const message =
    (isProblem(rename.error) ? rename.error.errors?.name : undefined) ??
    problemOf(rename.error, "conflict")?.detail;
  return (
    <ConfirmDialog
      open
      title="Rename baseline"
      action="Save name"
      busy={rename.isPending}
      ready={Boolean(name.trim()) && name.trim() !== baseline.name}
      needs={name.trim() ? "The name is as it was." : "Give the baseline a name."}
      onClose={onClose}
      onConfirm={() =>
        rename.mutate(name.trim(), {
          onSuccess: () => {
            notify("The baseline was renamed");
            onClose();
          },
        })
      }
    >
      <Field
        label="Baseline name"
        required
        validationMessage={message}
        validationState={message ? "error" : "none"}
      >
        <Input autoFocus maxLength={120} value={name} onChange={(_, data) => setName(data.value)} />
      </Field>
      {rename.error && !message && <ProblemMessage error={rename.error} />}
    </ConfirmDialog>
  );
}

function Delete({ baseline, onClose }: { baseline: Baseline; onClose: () => void }) {
  const remove = useBaselineDelete(baseline);
  const navigate = useNavigate();
  const notify = useNotify();
  const used = baseline.customers > 0;
  return (
    <ConfirmDialog
      open
      title={`Delete ${baseline.name}?`}
      action="Delete baseline"
      busy={remove.isPending}
      ready={!used}
      needs="Customers are compared with it."
      onClose={onClose}
      onConfirm={() =>
        // An event may have taken this page away by the time the answer is there. What failed is shown below.
        void remove.mutateAsync().then(
          () => {
            notify(`${baseline.name} was deleted`);
            void navigate({ to: "/baselines" });
          },
          () => undefined,
        )
      }
    >
      <Text block>
        {used
          ? `${counted(baseline.customers, "customer is", "customers are")} compared with it. Choose another comparison baseline for them first.`
          : "This can't be undone."}
      </Text>
      {remove.error && <ProblemMessage error={remove.error} />}
    </ConfirmDialog>
  );
}
