import { Button, Field, Input, Switch, Text, makeStyles } from "@fluentui/react-components";
import { type FormEvent, useState } from "react";
import { ProblemMessage } from "@/api/ProblemMessage";
import { QueryState } from "@/api/QueryState";
import { useHasRole } from "@/api/access";
import { isProblem } from "@/api/problems";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { CopyValue } from "@/ui/CopyValue";
import { Facts } from "@/ui/Facts";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { Time } from "@/ui/Time";
import { useNotify } from "@/ui/useNotify";
import { type Workspace, useWorkspace, useWorkspaceDelete, useWorkspaceUpdate } from "../accountQueries";

const useStyles = makeStyles({
  form: { display: "flex", flexDirection: "column", gap: "12px", maxWidth: "420px" },
  button: { alignSelf: "flex-start" },
  fields: { display: "flex", flexDirection: "column", gap: "14px", paddingTop: "8px" },
  text: { maxWidth: "70ch" },
});

export function WorkspacePage() {
  const owner = useHasRole("owner");
  const query = useWorkspace();
  return (
    <Page title="Workspace" lead={owner ? undefined : "Owners of your workspace can change these settings."}>
      <QueryState query={query}>
        {(workspace) => (
          <>
            <About workspace={workspace} />
            {owner && <Rename workspace={workspace} />}
            {owner && <RequireFactor workspace={workspace} />}
            {owner && <Delete workspace={workspace} />}
          </>
        )}
      </QueryState>
    </Page>
  );
}

function About({ workspace }: { workspace: Workspace }) {
  return (
    <Panel title="About this workspace">
      <Facts
        facts={[
          ["Name", workspace.display_name],
          ["Second factor", workspace.require_second_factor ? "Required of everybody" : "Up to each person"],
          ["Created", <Time key="created" at={workspace.created_at} />],
          ["Workspace id", <CopyValue key="id" value={workspace.id} what="the workspace id" />],
        ]}
      />
    </Panel>
  );
}

function Rename({ workspace }: { workspace: Workspace }) {
  const styles = useStyles();
  const notify = useNotify();
  const update = useWorkspaceUpdate(workspace.version);
  const [name, setName] = useState(workspace.display_name);
  const [seen, setSeen] = useState(workspace.display_name);
  if (seen !== workspace.display_name) {
    // Somebody renamed it meanwhile; what was typed here stays.
    setSeen(workspace.display_name);
    if (name === seen) setName(workspace.display_name);
  }
  const invalid = isProblem(update.error) ? update.error.errors?.display_name : undefined;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (update.isPending) return;
    update.mutate({ display_name: name.trim() }, { onSuccess: () => notify("The workspace was renamed") });
  }

  return (
    <Panel title="Rename">
      <form className={styles.form} onSubmit={submit}>
        <Field
          label="Workspace name"
          required
          validationMessage={invalid}
          validationState={invalid ? "error" : "none"}
        >
          <Input maxLength={120} value={name} onChange={(_, data) => setName(data.value)} />
        </Field>
        {update.error && !invalid && <ProblemMessage error={update.error} />}
        <Button
          type="submit"
          className={styles.button}
          disabled={update.isPending || !name.trim() || name.trim() === workspace.display_name}
        >
          Save name
        </Button>
      </form>
    </Panel>
  );
}

function RequireFactor({ workspace }: { workspace: Workspace }) {
  const styles = useStyles();
  const notify = useNotify();
  const update = useWorkspaceUpdate(workspace.version);
  const on = workspace.require_second_factor;
  return (
    <Panel title="Second factor">
      <Text className={styles.text}>
        When it is required, people without a second factor can do nothing but set one up, from that moment
        on. API tokens are not asked for one.
      </Text>
      <Switch
        label="Require a second factor of everybody"
        checked={on}
        disabled={update.isPending}
        onChange={(_, data) =>
          update.mutate(
            { require_second_factor: data.checked },
            {
              onSuccess: () =>
                notify(
                  data.checked ? "A second factor is required now" : "A second factor is up to each person",
                ),
            },
          )
        }
      />
      {update.error && <ProblemMessage error={update.error} />}
    </Panel>
  );
}

function Delete({ workspace }: { workspace: Workspace }) {
  const styles = useStyles();
  const remove = useWorkspaceDelete();
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  return (
    <Panel title="Delete workspace">
      <Text className={styles.text}>
        Removes all customers with their credentials, snapshots and reports, the baseline library,
        everybody&apos;s access and all API tokens. Nothing in your customers&apos; tenants changes. This
        can&apos;t be undone.
      </Text>
      <Button className={styles.button} onClick={() => setOpen(true)}>
        Delete workspace
      </Button>
      <ConfirmDialog
        open={open}
        title={`Delete ${workspace.display_name}?`}
        action="Delete for ever"
        busy={remove.isPending}
        ready={typed === workspace.display_name}
        onClose={() => setOpen(false)}
        onConfirm={() => remove.mutate(typed)}
      >
        <div className={styles.fields}>
          <Text>You and everybody else will be signed out, and can&apos;t sign in again.</Text>
          <Field label={`Type ${workspace.display_name} to confirm`} required>
            <Input autoFocus autoComplete="off" value={typed} onChange={(_, data) => setTyped(data.value)} />
          </Field>
          {remove.error && <ProblemMessage error={remove.error} />}
        </div>
      </ConfirmDialog>
    </Panel>
  );
}
