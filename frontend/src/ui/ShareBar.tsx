import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { shareText } from "@/lib/text";

const useStyles = makeStyles({
  root: { display: "inline-flex", alignItems: "center", gap: "8px", whiteSpace: "nowrap" },
  track: {
    display: "inline-block",
    width: "48px",
    height: "10px",
    boxSizing: "border-box",
    borderRadius: tokens.borderRadiusSmall,
    border: `1px solid ${tokens.colorNeutralStrokeAccessible}`,
    overflow: "hidden",
    flexShrink: 0,
  },
  fill: {
    display: "block",
    height: "100%",
    backgroundColor: "var(--severity-high)",
    printColorAdjust: "exact",
  },
  good: { backgroundColor: "var(--state-on)" },
  figure: { fontVariantNumeric: "tabular-nums" },
});

interface ShareBarProps {
  share: number;
  /** Whether more of it is better; else it is a share that is open. */
  good?: boolean;
}

/** A share of sign-ins as a bar with its figure; the bar repeats what the figure says. */
export function ShareBar({ share, good = false }: ShareBarProps) {
  const styles = useStyles();
  const width = share > 0 ? Math.min(100, Math.max(3, share * 100)) : 0;
  return (
    <span className={styles.root}>
      <span className={styles.track} aria-hidden="true">
        <span className={mergeClasses(styles.fill, good && styles.good)} style={{ width: `${width}%` }} />
      </span>
      <span className={styles.figure}>{shareText(share)}</span>
    </span>
  );
}
