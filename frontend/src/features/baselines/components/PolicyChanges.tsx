import { Text, makeStyles, tokens } from "@fluentui/react-components";
import { counted } from "@/lib/text";
import { ChangedPolicies } from "@/ui/ChangedPolicies";
import { policyStateLabel } from "@/ui/PolicyCard";
import type { PolicyChanges as Changes } from "../queries";

const useStyles = makeStyles({
  root: { display: "flex", flexDirection: "column", gap: "16px" },
  title: { margin: 0, fontSize: tokens.fontSizeBase300, lineHeight: tokens.lineHeightBase300 },
  list: { margin: 0, paddingInlineStart: "20px", display: "flex", flexDirection: "column", gap: "4px" },
  quiet: { color: tokens.colorNeutralForeground2 },
});

/** Whether nothing changed. */
export function isUnchanged({ added, removed, changed }: Changes): boolean {
  return added.length + removed.length + changed.length === 0;
}

/** What changed from one list of policies to another: what is new, gone, and different field by field. */
export function PolicyChanges({ changes }: { changes: Changes }) {
  const styles = useStyles();
  const { added, removed, changed, unchanged } = changes;
  return (
    <div className={styles.root}>
      <Listed title="Added" policies={added} />
      <Listed title="Removed" policies={removed} />
      <ChangedPolicies policies={changed} />
      <Text className={styles.quiet}>
        {isUnchanged(changes)
          ? "No policy means anything else."
          : `${counted(unchanged, "policy means", "policies mean")} the same as before.`}
      </Text>
    </div>
  );
}

function Listed({ title, policies }: { title: string; policies: Changes["added"] }) {
  const styles = useStyles();
  if (policies.length === 0) return null;
  return (
    <section aria-label={`${title} policies`}>
      <h3 className={styles.title}>{title}</h3>
      <ul className={styles.list}>
        {policies.map((policy, index) => (
          <li key={policy.id ?? index}>
            {policy.display_name} <Text className={styles.quiet}>{policyStateLabel(policy.state)}</Text>
          </li>
        ))}
      </ul>
    </section>
  );
}
