import { Badge, Button, Text, makeStyles } from "@fluentui/react-components";
import { ProblemMessage } from "@/api/ProblemMessage";
import { QueryState } from "@/api/QueryState";
import { type Column, DataTable } from "@/ui/DataTable";
import { Panel } from "@/ui/Panel";
import { LoadingRows } from "@/ui/States";
import { Time } from "@/ui/Time";
import { useNotify } from "@/ui/useNotify";
import { type OwnSession, useOwnSessions, useSessionEnd } from "../accountQueries";

const useStyles = makeStyles({
  where: { display: "inline-flex", gap: "8px", alignItems: "center", flexWrap: "wrap" },
  actions: {
    display: "flex",
    justifyContent: "flex-end",
    "@media (max-width: 640px)": { justifyContent: "flex-start" },
  },
});

function nameOf(session: OwnSession): string {
  return session.user_agent || "Unknown program";
}

export function SessionsPanel() {
  const styles = useStyles();
  const notify = useNotify();
  const query = useOwnSessions();
  const end = useSessionEnd();
  const others = query.data?.items.some((session) => !session.current) ?? false;

  const columns: Column<OwnSession>[] = [
    {
      id: "where",
      header: "Where",
      cell: (session) => (
        <span className={styles.where}>
          <Text weight="semibold">{nameOf(session)}</Text>
          {session.current && (
            <Badge appearance="tint" color="informative">
              This one
            </Badge>
          )}
        </span>
      ),
    },
    { id: "ip", header: "Address", cell: (session) => session.ip ?? "" },
    { id: "began", header: "Signed in", cell: (session) => <Time at={session.created_at} /> },
    { id: "used", header: "Last used", cell: (session) => <Time at={session.last_used_at} /> },
    {
      id: "actions",
      header: "Actions",
      align: "end",
      cell: (session) =>
        !session.current && (
          <span className={styles.actions}>
            <Button
              size="small"
              disabled={end.isPending}
              aria-label={`Sign out ${nameOf(session)}`}
              onClick={() => end.mutate(session.id, { onSuccess: () => notify("The session has ended") })}
            >
              Sign out
            </Button>
          </span>
        ),
    },
  ];

  return (
    <Panel
      title="Sessions"
      action={
        others && (
          <Button
            disabled={end.isPending}
            onClick={() =>
              end.mutate(undefined, { onSuccess: () => notify("All other sessions have ended") })
            }
          >
            Sign out everywhere else
          </Button>
        )
      }
    >
      {end.error && <ProblemMessage error={end.error} />}
      <QueryState query={query} loading={<LoadingRows rows={3} />}>
        {({ items }) => (
          <DataTable label="Sessions" rows={items} rowKey={(session) => session.id} columns={columns} />
        )}
      </QueryState>
    </Panel>
  );
}
