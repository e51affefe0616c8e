import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { SEVERITY_LOOK, type Severity } from "./severity";

const useStyles = makeStyles({
  root: {
    display: "inline-flex",
    alignItems: "center",
    gap: "6px",
    paddingInline: "8px",
    height: "22px",
    borderRadius: tokens.borderRadiusMedium,
    fontSize: tokens.fontSizeBase200,
    fontWeight: tokens.fontWeightSemibold,
    whiteSpace: "nowrap",
    printColorAdjust: "exact",
  },
  critical: { backgroundColor: "var(--severity-critical)", color: "var(--severity-critical-text)" },
  high: { backgroundColor: "var(--severity-high)", color: "var(--severity-high-text)" },
  medium: { backgroundColor: "var(--severity-medium)", color: "var(--severity-medium-text)" },
  low: { backgroundColor: "var(--severity-low)", color: "var(--severity-low-text)" },
  info: { backgroundColor: "var(--severity-info)", color: "var(--severity-info-text)" },
});

export function SeverityBadge({ severity }: { severity: Severity }) {
  const styles = useStyles();
  const look = SEVERITY_LOOK[severity];
  return (
    <span className={mergeClasses(styles.root, styles[severity])}>
      <span aria-hidden="true">{look.shape}</span>
      {look.label}
    </span>
  );
}
