import { Badge, Text, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { ProblemMessage } from "@/api/ProblemMessage";
import { VersionChoice } from "@/api/VersionChoice";
import { type ComparisonBaseline, useBaselineChoices } from "@/api/baselines";
import { counted } from "@/lib/text";
import { LoadingRows } from "@/ui/States";

const useStyles = makeStyles({
  cards: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fill, minmax(260px, 1fr))",
    gap: "12px",
    border: "none",
    margin: 0,
    padding: 0,
    minWidth: 0,
  },
  legend: { padding: 0, marginBottom: "8px" },
  card: {
    display: "flex",
    gap: "10px",
    padding: "14px 16px",
    borderRadius: tokens.borderRadiusLarge,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    backgroundColor: tokens.colorNeutralBackground1,
    cursor: "pointer",
    ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover },
    ":focus-within": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  chosen: {
    border: `1px solid ${tokens.colorCompoundBrandStroke}`,
    boxShadow: `inset 0 0 0 1px ${tokens.colorCompoundBrandStroke}`,
  },
  radio: { marginTop: "3px", accentColor: tokens.colorCompoundBrandBackground },
  text: { display: "flex", flexDirection: "column", gap: "4px", alignItems: "flex-start", minWidth: 0 },
  quiet: { color: tokens.colorNeutralForeground2 },
});

interface BaselineChoiceProps {
  value: ComparisonBaseline;
  onChange: (value: ComparisonBaseline) => void;
  disabled: boolean;
}

/** What the customer is compared with, as cards to choose from. */
export function BaselineChoice({ value, onChange, disabled }: BaselineChoiceProps) {
  const styles = useStyles();
  const baselines = useBaselineChoices();
  const chosenId = value.kind === "workspace_baseline" ? value.baseline_id : undefined;
  return (
    <>
      <fieldset className={styles.cards} disabled={disabled}>
        <legend className={styles.legend}>
          <Text>The report compares the live policies with this.</Text>
        </legend>
        <Card
          checked={value.kind === "imported_snapshot"}
          onChoose={() => onChange({ kind: "imported_snapshot" })}
          title="Imported snapshot"
          badge={<Badge color="brand">Recommended</Badge>}
        >
          The policies as they are at this import. From then on the report shows every loss against it.
        </Card>
        {baselines.data?.items.map((baseline) => (
          <Card
            key={baseline.id}
            checked={baseline.id === chosenId}
            onChoose={() => onChange({ kind: "workspace_baseline", baseline_id: baseline.id })}
            title={baseline.name}
          >
            Workspace baseline of {counted(baseline.policies, "policy", "policies")}.
          </Card>
        ))}
      </fieldset>
      {value.kind === "workspace_baseline" && (
        <VersionChoice
          key={value.baseline_id}
          baselineId={value.baseline_id}
          value={value.version ?? undefined}
          onChange={(version) =>
            onChange({
              kind: "workspace_baseline",
              baseline_id: value.baseline_id,
              ...(version ? { version } : {}),
            })
          }
        />
      )}
      {baselines.isPending && <LoadingRows rows={1} height={72} label="Loading baselines" />}
      {baselines.error && <ProblemMessage error={baselines.error} onRetry={() => void baselines.refetch()} />}
    </>
  );
}

interface CardProps {
  checked: boolean;
  onChoose: () => void;
  title: string;
  badge?: ReactNode;
  children: ReactNode;
}

function Card({ checked, onChoose, title, badge, children }: CardProps) {
  const styles = useStyles();
  return (
    <label className={mergeClasses(styles.card, checked && styles.chosen)}>
      <input
        type="radio"
        name="comparison-baseline"
        className={styles.radio}
        checked={checked}
        onChange={onChoose}
      />
      <span className={styles.text}>
        <Text weight="semibold">{title}</Text>
        {badge}
        <Text className={styles.quiet} size={200}>
          {children}
        </Text>
      </span>
    </label>
  );
}
