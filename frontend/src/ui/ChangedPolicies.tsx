import { Text, makeStyles, tokens } from "@fluentui/react-components";
import { DiffTable } from "./DiffTable";
import type { FieldDifference } from "./difference";

const useStyles = makeStyles({
  title: { margin: 0, fontSize: tokens.fontSizeBase300, lineHeight: tokens.lineHeightBase300 },
  plain: {
    margin: 0,
    padding: 0,
    listStyleType: "none",
    display: "flex",
    flexDirection: "column",
    gap: "16px",
  },
});

interface ChangedPolicy {
  before: { display_name: string };
  after: { id?: string | null | undefined; display_name: string };
  diff: readonly FieldDifference[];
}

/** Policies that both sides have, field by field. */
export function ChangedPolicies({ policies }: { policies: readonly ChangedPolicy[] }) {
  const styles = useStyles();
  if (policies.length === 0) return null;
  return (
    <section aria-label="Changed policies">
      <h3 className={styles.title}>Changed</h3>
      <ul className={styles.plain}>
        {policies.map(({ before, after, diff }, index) => (
          <li key={after.id ?? index}>
            {before.display_name !== after.display_name && (
              <Text block>{`Renamed from ${before.display_name} to ${after.display_name}`}</Text>
            )}
            {diff.length > 0 && (
              <DiffTable
                diff={diff}
                caption={after.display_name}
                sides={{ baseline: "Before", live: "After" }}
              />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
