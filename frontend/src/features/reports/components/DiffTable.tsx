import { Badge, Text, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import type { FieldDiff } from "../queries";
import { DIRECTION_LABEL, valueLines } from "../words";

const useStyles = makeStyles({
  table: { width: "100%", borderCollapse: "collapse", tableLayout: "fixed" },
  th: {
    textAlign: "start",
    padding: "6px 8px",
    borderBottom: `1px solid ${tokens.colorNeutralStroke1}`,
    fontWeight: tokens.fontWeightSemibold,
  },
  td: {
    padding: "8px",
    verticalAlign: "top",
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    overflowWrap: "anywhere",
  },
  field: { width: "30%" },
  lines: {
    listStyleType: "none",
    margin: 0,
    padding: 0,
    display: "flex",
    flexDirection: "column",
    gap: "3px",
  },
  line: { paddingInline: "6px", borderLeft: "3px solid transparent" },
  baseline: {
    backgroundColor: tokens.colorNeutralBackground3,
    borderLeftColor: tokens.colorNeutralStrokeAccessible,
  },
  weaker: {
    backgroundColor: tokens.colorStatusDangerBackground1,
    color: tokens.colorStatusDangerForeground1,
    borderLeftColor: tokens.colorStatusDangerBorder2,
  },
  stronger: {
    backgroundColor: tokens.colorStatusSuccessBackground1,
    color: tokens.colorStatusSuccessForeground1,
    borderLeftColor: tokens.colorStatusSuccessBorder2,
  },
  different: {
    backgroundColor: tokens.colorStatusWarningBackground1,
    color: tokens.colorStatusWarningForeground1,
    borderLeftColor: tokens.colorStatusWarningBorder2,
  },
  quiet: { color: tokens.colorNeutralForeground3 },
});

const BADGE = { weaker: "danger", stronger: "success", different: "informative" } as const;

/** Baseline and live side by side; values that only one side has carry a sign, the live ones the colour of what it means. */
export function DiffTable({ diff }: { diff: readonly FieldDiff[] }) {
  const styles = useStyles();
  return (
    <table className={styles.table}>
      <caption style={{ textAlign: "start", paddingBottom: 4 }}>
        <Text weight="semibold">Differences</Text>
      </caption>
      <thead>
        <tr>
          <th scope="col" className={mergeClasses(styles.th, styles.field)}>
            Field
          </th>
          <th scope="col" className={styles.th}>
            Baseline
          </th>
          <th scope="col" className={styles.th}>
            Live
          </th>
        </tr>
      </thead>
      <tbody>
        {diff.map((each) => (
          <Row key={each.field} diff={each} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ diff }: { diff: FieldDiff }) {
  const styles = useStyles();
  const baseline = valueLines(diff.baseline);
  const live = valueLines(diff.live);
  return (
    <tr>
      <td className={styles.td} title={diff.field}>
        <Text block>{diff.label}</Text>
        <Badge appearance="tint" color={BADGE[diff.direction]}>
          {DIRECTION_LABEL[diff.direction]}
        </Badge>
      </td>
      <td className={styles.td}>
        <Lines lines={baseline} other={live} mark={styles.baseline} sign="−" meaning="only in the baseline" />
      </td>
      <td className={styles.td}>
        <Lines lines={live} other={baseline} mark={styles[diff.direction]} sign="+" meaning="only live" />
      </td>
    </tr>
  );
}

interface LinesProps {
  lines: readonly string[];
  other: readonly string[];
  mark: string;
  sign: string;
  meaning: string;
}

function Lines({ lines, other, mark, sign, meaning }: LinesProps) {
  const styles = useStyles();
  if (lines.length === 0) return <span className={styles.quiet}>Not set</span>;
  return (
    <ul className={styles.lines}>
      {lines.map((line) => {
        const alone = !other.includes(line);
        return (
          <li
            key={line}
            className={mergeClasses(styles.line, alone && mark)}
            title={alone ? meaning : undefined}
          >
            {alone && <span aria-label={meaning}>{sign} </span>}
            {line}
          </li>
        );
      })}
    </ul>
  );
}
