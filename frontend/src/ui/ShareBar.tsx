import { makeStyles, tokens } from "@fluentui/react-components";
import { shareText } from "@/lib/text";

const useStyles = makeStyles({
  root: { display: "inline-flex", alignItems: "center", gap: "8px", whiteSpace: "nowrap" },
  track: {
    display: "inline-block",
    width: "64px",
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
  figure: { fontVariantNumeric: "tabular-nums" },
});

/** A share of sign-ins as a bar with its figure; the bar repeats what the figure says. */
export function ShareBar({ share }: { share: number }) {
  const styles = useStyles();
  const width = share > 0 ? Math.min(100, Math.max(3, share * 100)) : 0;
  return (
    <span className={styles.root}>
      <span className={styles.track} aria-hidden="true">
        <span className={styles.fill} style={{ width: `${width}%` }} />
      </span>
      <span className={styles.figure}>{shareText(share)}</span>
    </span>
  );
}
