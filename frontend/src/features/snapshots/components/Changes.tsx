import { Badge, Text, makeStyles, tokens } from "@fluentui/react-components";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { CodeBlock } from "@/ui/CodeBlock";
import { useLinkStyles } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { policyStateLabel } from "@/ui/PolicyCard";
import type { ChangedObject, PolicyRef, Snapshot } from "../queries";

const useStyles = makeStyles({
  title: { margin: 0, fontSize: tokens.fontSizeBase300, lineHeight: tokens.lineHeightBase300 },
  list: { margin: 0, paddingInlineStart: "20px", display: "flex", flexDirection: "column", gap: "4px" },
  plain: {
    margin: 0,
    padding: 0,
    listStyleType: "none",
    display: "flex",
    flexDirection: "column",
    gap: "16px",
  },
  quiet: { color: tokens.colorNeutralForeground2 },
  head: { display: "flex", flexWrap: "wrap", gap: "6px 10px", alignItems: "center", marginBottom: "4px" },
  raw: { "& > summary": { cursor: "pointer", color: tokens.colorBrandForegroundLink, paddingBlock: "4px" } },
  pair: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fit, minmax(280px, 1fr))",
    gap: "12px",
    "@media (max-width: 480px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
});

interface AddedProps {
  title: string;
  policies: readonly PolicyRef[];
  /** The snapshot that has them. */
  snapshot: Snapshot;
}

/** Policies that only one of the snapshots has. */
export function Added({ title, policies, snapshot }: AddedProps) {
  const styles = useStyles();
  const links = useLinkStyles();
  if (policies.length === 0) return null;
  return (
    <section aria-label={`${title} policies`}>
      <h3 className={styles.title}>{title}</h3>
      <ul className={styles.list}>
        {policies.map((policy, index) => (
          <li key={policy.id ?? index}>
            <Link
              to="/customers/$customerId/policies"
              params={{ customerId: snapshot.customer_id }}
              search={{ snapshot: snapshot.id, search: policy.id ?? policy.display_name }}
              className={links.text}
            >
              {policy.display_name}
            </Link>{" "}
            <Text className={styles.quiet}>{policyStateLabel(policy.state)}</Text>
          </li>
        ))}
      </ul>
    </section>
  );
}

const KIND: Record<ChangedObject["kind"], string> = {
  policy: "Policy",
  named_location: "Named location",
  authentication_strength: "Authentication strength",
  authentication_context: "Authentication context",
};

const CHANGE: Record<ChangedObject["change"], string> = {
  added: "Added",
  removed: "Removed",
  changed: "Changed",
};

/** Objects that policies refer to, and that are not the same in both. */
export function Objects({ objects }: { objects: readonly ChangedObject[] }) {
  const styles = useStyles();
  return (
    <Panel title="Locations, strengths and contexts">
      <ul className={styles.plain}>
        {objects.map((object) => (
          <li key={`${object.kind} ${object.id}`}>
            <div className={styles.head}>
              <Badge appearance="outline">{KIND[object.kind]}</Badge>
              <h3 className={styles.title}>{object.display_name}</h3>
              <Badge appearance="tint" color="informative">
                {CHANGE[object.change]}
              </Badge>
            </div>
            <Raw object={object} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Raw({ object }: { object: ChangedObject }) {
  const styles = useStyles();
  const [open, setOpen] = useState(false);
  const sides = [
    ["before", object.before],
    ["after", object.after],
  ] as const;
  return (
    <details className={styles.raw} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Raw JSON</summary>
      {open && (
        <div className={styles.pair}>
          {sides.map(
            ([side, body]) =>
              body && (
                <div key={side}>
                  <Text weight="semibold">{side === "before" ? "Before" : "After"}</Text>
                  <CodeBlock
                    code={JSON.stringify(body, null, 2)}
                    what={`JSON of ${object.display_name} ${side}`}
                  />
                </div>
              ),
          )}
        </div>
      )}
    </details>
  );
}
