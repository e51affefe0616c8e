import { Button, Text, ToolbarButton, makeStyles } from "@fluentui/react-components";
import { KeyRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { ProblemMessage } from "@/api/ProblemMessage";
import { QueryState } from "@/api/QueryState";
import { ROLE_LABEL, useHasRole } from "@/api/access";
import { dayOf } from "@/lib/time";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { type Column, DataTable } from "@/ui/DataTable";
import { Page } from "@/ui/Page";
import { EmptyState } from "@/ui/States";
import { Time } from "@/ui/Time";
import { useNotify } from "@/ui/useNotify";
import { type ApiToken, useApiTokenDelete, useApiTokens } from "../queries";
import { CreateTokenDialog } from "./CreateTokenDialog";

const useStyles = makeStyles({
  actions: {
    display: "flex",
    justifyContent: "flex-end",
    "@media (max-width: 640px)": { justifyContent: "flex-start" },
  },
});

export function ApiTokensPage() {
  const styles = useStyles();
  const admin = useHasRole("admin");
  const query = useApiTokens();
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiToken>();

  const columns: Column<ApiToken>[] = [
    { id: "name", header: "Name", cell: (token) => <Text weight="semibold">{token.name}</Text> },
    { id: "role", header: "Role", cell: (token) => ROLE_LABEL[token.role] },
    { id: "by", header: "Created by", wideOnly: true, cell: (token) => token.created_by },
    { id: "used", header: "Last used", cell: (token) => <Time at={token.last_used_at} /> },
    {
      id: "expires",
      header: "Expires",
      cell: (token) => (
        <>
          <Time at={token.expires_at} />, {dayOf(Date.parse(token.expires_at))}
        </>
      ),
    },
  ];
  if (admin) {
    columns.push({
      id: "actions",
      header: "Actions",
      align: "end",
      cell: (token) => (
        <span className={styles.actions}>
          <Button size="small" aria-label={`Revoke ${token.name}`} onClick={() => setRevoking(token)}>
            Revoke
          </Button>
        </span>
      ),
    });
  }

  return (
    <Page
      title="API tokens"
      lead="For scripts. A token has a role of its own and is shown once, when it is made."
      commands={
        admin && (
          <ToolbarButton icon={<KeyRegular />} onClick={() => setCreating(true)}>
            Create token
          </ToolbarButton>
        )
      }
    >
      <QueryState query={query}>
        {(page) =>
          page.items.length === 0 ? (
            <EmptyState icon={<KeyRegular />} title="No API tokens">
              {admin
                ? "Create one to call the API from a script."
                : "An admin of your workspace can create one."}
            </EmptyState>
          ) : (
            <DataTable label="API tokens" rows={page.items} rowKey={(token) => token.id} columns={columns} />
          )
        }
      </QueryState>
      {creating && <CreateTokenDialog onClose={() => setCreating(false)} />}
      {revoking && <RevokeDialog token={revoking} onClose={() => setRevoking(undefined)} />}
    </Page>
  );
}

function RevokeDialog({ token, onClose }: { token: ApiToken; onClose: () => void }) {
  const notify = useNotify();
  const revoke = useApiTokenDelete();
  return (
    <ConfirmDialog
      open
      title={`Revoke ${token.name}?`}
      action="Revoke token"
      busy={revoke.isPending}
      onClose={onClose}
      onConfirm={() =>
        revoke.mutate(token.id, {
          onSuccess: () => {
            notify(`${token.name} was revoked`);
            onClose();
          },
        })
      }
    >
      <Text block>Scripts that use it are refused from now on.</Text>
      {revoke.error && <ProblemMessage error={revoke.error} />}
    </ConfirmDialog>
  );
}
