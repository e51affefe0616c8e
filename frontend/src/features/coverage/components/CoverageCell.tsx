import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { type Cell, ENFORCED_LABEL, type Enforced, inShort, useCoverageLook } from "@/api/coverage";

const useStyles = makeStyles({
  cell: {
    width: "100%",
    minHeight: "48px",
    padding: "6px 8px",
    textAlign: "start",
    font: "inherit",
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: "inherit",
    border: "1px solid transparent",
    borderRadius: tokens.borderRadiusMedium,
    cursor: "pointer",
    overflowWrap: "anywhere",
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "1px" },
    "@media print": { breakInside: "avoid" },
  },
  selected: { outline: `2px solid ${tokens.colorCompoundBrandStroke}`, outlineOffset: "1px" },
  legend: {
    display: "flex",
    flexWrap: "wrap",
    gap: "8px",
    margin: 0,
    padding: 0,
    listStyleType: "none",
  },
  mark: { minHeight: 0, width: "auto", cursor: "default" },
});

interface CoverageCellProps {
  cell: Cell;
  /** Of whom and what, for those who do not see the table. */
  label: string;
  selected: boolean;
  onSelect: () => void;
}

/** One cell of the map. */
export function CoverageCell({ cell, label, selected, onSelect }: CoverageCellProps) {
  const styles = useStyles();
  const look = useCoverageLook();
  const said = inShort(cell);
  return (
    <button
      type="button"
      className={mergeClasses(styles.cell, look[cell.enforced], selected && styles.selected)}
      aria-pressed={selected}
      aria-label={`${label}: ${said}`}
      onClick={onSelect}
    >
      {said}
    </button>
  );
}

/** What the looks of cells mean. */
export function Legend() {
  const styles = useStyles();
  const look = useCoverageLook();
  return (
    <ul className={styles.legend} aria-label="What the cells say">
      {(Object.keys(ENFORCED_LABEL) as Enforced[]).map((enforced) => (
        <li key={enforced} className={mergeClasses(styles.cell, styles.mark, look[enforced])}>
          {ENFORCED_LABEL[enforced]}
        </li>
      ))}
    </ul>
  );
}
