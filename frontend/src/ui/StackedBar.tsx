import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { formatNumber } from "@/lib/text";
import { SEVERITIES, SEVERITY_LOOK, type Severity } from "./severity";

const useStyles = makeStyles({
  bar: { display: "flex", gap: "2px", height: "20px", minWidth: "110px" },
  segment: {
    display: "flex",
    alignItems: "center",
    justifyContent: "center",
    minWidth: "max-content",
    paddingInline: "5px",
    borderRadius: tokens.borderRadiusSmall,
    fontSize: tokens.fontSizeBase200,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: "tabular-nums",
    whiteSpace: "nowrap",
    overflow: "hidden",
    boxSizing: "border-box",
    printColorAdjust: "exact",
  },
  none: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  critical: { backgroundColor: "var(--severity-critical)", color: "var(--severity-critical-text)" },
  high: { backgroundColor: "var(--severity-high)", color: "var(--severity-high-text)" },
  medium: { backgroundColor: "var(--severity-medium)", color: "var(--severity-medium-text)" },
  low: { backgroundColor: "var(--severity-low)", color: "var(--severity-low-text)" },
  info: { backgroundColor: "var(--severity-info)", color: "var(--severity-info-text)" },
  on: { backgroundColor: "var(--state-on)", color: "var(--state-on-text)" },
  report_only: {
    color: "var(--state-report-only-text)",
    backgroundColor: "var(--state-report-only)",
    backgroundImage:
      "repeating-linear-gradient(135deg, transparent 0 4px, var(--state-report-only-stripe) 4px 8px)",
  },
  met: { backgroundColor: "var(--state-on)", color: "var(--state-on-text)" },
  not_met: { backgroundColor: "var(--severity-high)", color: "var(--severity-high-text)" },
  not_assessable: {
    color: tokens.colorNeutralForeground2,
    border: `1px dashed ${tokens.colorNeutralStrokeAccessible}`,
  },
  off: {
    color: tokens.colorNeutralForeground2,
    border: `1px dashed ${tokens.colorNeutralStrokeAccessible}`,
  },
});

/** Check marks, crosses and question marks say the same as the colours. */
const CHECK_PARTS = [
  ["met", "met", "✓"],
  ["not_met", "not met", "✕"],
  ["not_assessable", "not assessable", "?"],
] as const;

interface Part {
  key: keyof ReturnType<typeof useStyles>;
  label: string;
  text: string;
  value: number;
}

function Bar({ parts, nothing, title }: { parts: Part[]; nothing: string; title: string }) {
  const styles = useStyles();
  const shown = parts.filter((part) => part.value > 0);
  if (shown.length === 0) return <span className={styles.none}>{nothing}</span>;
  const spoken = shown.map((part) => `${formatNumber(part.value)} ${part.label}`).join(", ");
  return (
    <div className={styles.bar} role="img" aria-label={`${title}: ${spoken}`} title={spoken}>
      {shown.map((part) => (
        <span
          key={part.key}
          aria-hidden="true"
          className={mergeClasses(styles.segment, styles[part.key])}
          style={{ flexGrow: part.value, flexBasis: 0 }}
        >
          {part.text}
        </span>
      ))}
    </div>
  );
}

/** Findings by severity: a segment each, worst first, with its letter and number. */
export function SeverityBar({ counts }: { counts: Partial<Record<Severity, number>> }) {
  const parts = SEVERITIES.map((severity) => ({
    key: severity,
    label: SEVERITY_LOOK[severity].label.toLowerCase(),
    text: `${SEVERITY_LOOK[severity].letter} ${formatNumber(counts[severity] ?? 0)}`,
    value: counts[severity] ?? 0,
  }));
  return <Bar parts={parts} title="Findings" nothing="No findings" />;
}

/** Policies by state: solid is on, striped is report-only, dashed is off. */
export function PolicyStateBar({ on, reportOnly, off }: { on: number; reportOnly: number; off: number }) {
  const parts: Part[] = [
    { key: "on", label: "on", text: formatNumber(on), value: on },
    { key: "report_only", label: "report-only", text: formatNumber(reportOnly), value: reportOnly },
    { key: "off", label: "off", text: formatNumber(off), value: off },
  ];
  return <Bar parts={parts} title="Policies" nothing="No policies" />;
}

/** Reference checks by result: solid is met, the colour of gaps is not met, dashed is not assessable. */
export function CheckBar({ counts }: { counts: Record<"met" | "not_met" | "not_assessable", number> }) {
  const parts: Part[] = CHECK_PARTS.map(([key, label, sign]) => ({
    key,
    label,
    text: `${sign} ${formatNumber(counts[key])}`,
    value: counts[key],
  }));
  return <Bar parts={parts} title="Reference checks" nothing="No checks" />;
}
