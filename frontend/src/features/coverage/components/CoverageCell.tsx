import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { shareText } from "@/lib/text";
import { type Cell, ENFORCED_LABEL, type Enforced } from "../map";

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
  // Shape differs beside colour: full, framed, striped, dashed.
  blocked: { backgroundColor: tokens.colorNeutralForeground2, color: tokens.colorNeutralBackground1 },
  phishing_resistant: { backgroundColor: "var(--state-on)", color: "var(--state-on-text)" },
  mfa_and_device: {
    backgroundColor: tokens.colorStatusSuccessBackground1,
    color: tokens.colorStatusSuccessForeground1,
    border: `3px double ${tokens.colorStatusSuccessBorder2}`,
  },
  mfa: {
    backgroundColor: tokens.colorStatusSuccessBackground1,
    color: tokens.colorStatusSuccessForeground1,
    border: `1px solid ${tokens.colorStatusSuccessBorder1}`,
  },
  device: {
    backgroundColor: tokens.colorPaletteBlueBackground2,
    color: tokens.colorPaletteBlueForeground2,
    border: `1px solid ${tokens.colorPaletteBlueBorderActive}`,
  },
  part: {
    backgroundColor: tokens.colorStatusWarningBackground1,
    color: tokens.colorStatusWarningForeground1,
    border: `1px dashed ${tokens.colorStatusWarningBorder2}`,
  },
  nothing: {
    backgroundColor: tokens.colorStatusDangerBackground1,
    color: tokens.colorStatusDangerForeground1,
    border: `2px dotted ${tokens.colorStatusDangerBorder2}`,
  },
  not_decided: {
    backgroundColor: tokens.colorNeutralBackground3,
    border: `1px dashed ${tokens.colorNeutralStroke1}`,
  },
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
  const said = inShort(cell);
  return (
    <button
      type="button"
      className={mergeClasses(styles.cell, styles[cell.enforced], selected && styles.selected)}
      aria-pressed={selected}
      aria-label={`${label}: ${said}`}
      onClick={onSelect}
    >
      {said}
    </button>
  );
}

/** What holds in a cell; in a part of it, how much of it. */
function inShort(cell: Cell): string {
  if (cell.enforced !== "part") return ENFORCED_LABEL[cell.enforced];
  if (cell.mfa > 0 && cell.mfa >= cell.device) return `MFA for ${shareText(cell.mfa)}`;
  if (cell.device > 0) return `Device for ${shareText(cell.device)}`;
  return `Blocked for ${shareText(cell.blocked)}`;
}

/** What the looks of cells mean. */
export function Legend() {
  const styles = useStyles();
  return (
    <ul className={styles.legend} aria-label="What the cells say">
      {(Object.keys(ENFORCED_LABEL) as Enforced[]).map((enforced) => (
        <li key={enforced} className={mergeClasses(styles.cell, styles.mark, styles[enforced])}>
          {ENFORCED_LABEL[enforced]}
        </li>
      ))}
    </ul>
  );
}
