import {
  Button,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Text,
  ToolbarButton,
  makeStyles,
} from "@fluentui/react-components";
import { MoreHorizontalRegular, PersonAddRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { QueryState } from "@/api/QueryState";
import { ROLE_LABEL, useHasRole } from "@/api/access";
import { useMe } from "@/api/session";
import { type Column, DataTable } from "@/ui/DataTable";
import { Page } from "@/ui/Page";
import { Time } from "@/ui/Time";
import { type Person, usePeople } from "../queries";
import { EndSessionsDialog, ResetFactorDialog } from "./AccessDialogs";
import { AddPersonDialog, EditPersonDialog, RemovePersonDialog } from "./PersonDialogs";

const useStyles = makeStyles({
  actions: {
    display: "flex",
    gap: "4px",
    justifyContent: "flex-end",
    "@media (max-width: 640px)": { justifyContent: "flex-start" },
  },
});

type Open = { kind: "add" } | { kind: "edit" | "remove" | "factor" | "sessions"; person: Person };

export function PeoplePage() {
  const styles = useStyles();
  const owner = useHasRole("owner");
  const query = usePeople();
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const me = useMe()?.id;

  const columns: Column<Person>[] = [
    { id: "name", header: "Name", cell: (person) => <Text weight="semibold">{person.display_name}</Text> },
    { id: "email", header: "Email", cell: (person) => <Address email={person.email} /> },
    { id: "role", header: "Role", cell: (person) => ROLE_LABEL[person.role] },
    { id: "factor", header: "Second factor", cell: (person) => (person.second_factor ? "Yes" : "No") },
    { id: "seen", header: "Last sign-in", cell: (person) => <Time at={person.last_login_at} /> },
  ];
  if (owner) {
    columns.push({
      id: "actions",
      header: "Actions",
      align: "end",
      cell: (person) => (
        <span className={styles.actions}>
          <Button
            size="small"
            aria-label={`Edit ${person.display_name}`}
            onClick={() => setOpen({ kind: "edit", person })}
          >
            Edit
          </Button>
          {person.id !== me && (
            <Button
              size="small"
              aria-label={`Remove ${person.display_name}`}
              onClick={() => setOpen({ kind: "remove", person })}
            >
              Remove
            </Button>
          )}
          {person.id !== me && (
            <Menu>
              <MenuTrigger disableButtonEnhancement>
                <Button
                  size="small"
                  appearance="subtle"
                  icon={<MoreHorizontalRegular />}
                  aria-label={`More for ${person.display_name}`}
                />
              </MenuTrigger>
              <MenuPopover>
                <MenuList>
                  <MenuItem onClick={() => setOpen({ kind: "sessions", person })}>
                    Sign out everywhere
                  </MenuItem>
                  {person.second_factor && (
                    <MenuItem onClick={() => setOpen({ kind: "factor", person })}>
                      Remove second factor
                    </MenuItem>
                  )}
                </MenuList>
              </MenuPopover>
            </Menu>
          )}
        </span>
      ),
    });
  }

  return (
    <Page
      title="People and roles"
      lead="Viewers look; operators also re-sync, accept findings and export; admins also manage customers, baselines and API tokens; owners also manage people."
      commands={
        owner && (
          <ToolbarButton icon={<PersonAddRegular />} onClick={() => setOpen({ kind: "add" })}>
            Add person
          </ToolbarButton>
        )
      }
    >
      <QueryState query={query}>
        {(page) => (
          <DataTable label="People" rows={page.items} rowKey={(person) => person.id} columns={columns} />
        )}
      </QueryState>
      {open?.kind === "add" && <AddPersonDialog onClose={close} />}
      {open?.kind === "edit" && <EditPersonDialog person={open.person} onClose={close} />}
      {open?.kind === "factor" && <ResetFactorDialog person={open.person} onClose={close} />}
      {open?.kind === "sessions" && <EndSessionsDialog person={open.person} onClose={close} />}
      {open?.kind === "remove" && <RemovePersonDialog person={open.person} onClose={close} />}
    </Page>
  );
}

/** An email address, which breaks before its host where it has to. */
function Address({ email }: { email: string }) {
  const at = email.lastIndexOf("@");
  return (
    <>
      {email.slice(0, at)}
      <wbr />
      {email.slice(at)}
    </>
  );
}
