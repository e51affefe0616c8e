import { Badge, Caption1, Text, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { DIRECTION_LABEL, type FieldDifference, valueLines } from "./difference";

const useStyles = makeStyles({
  table: { width: "100%", borderCollapse: "collapse", tableLayout: "fixed" },
  caption: { textAlign: "start", paddingBottom: "4px" },
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

interface DiffTableProps {
  diff: readonly FieldDifference[];
  caption: string;
  /** What the two sides are called. */
  sides: { baseline: string; live: string };
}

/** Two sides of a policy field by field; values that only one side has carry a sign, the second's the colour of what it means. */
export function DiffTable({ diff, caption, sides }: DiffTableProps) {
  const styles = useStyles();
  return (
    <table className={styles.table}>
      <caption className={styles.caption}>
        <Text weight="semibold">{caption}</Text>
      </caption>
      <thead>
        <tr>
          <th scope="col" className={mergeClasses(styles.th, styles.field)}>
            Field
          </th>
          <th scope="col" className={styles.th}>
            {sides.baseline}
          </th>
          <th scope="col" className={styles.th}>
            {sides.live}
          </th>
        </tr>
      </thead>
      <tbody>
        {diff.map((each) => (
          <Row key={each.field} diff={each} sides={sides} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ diff, sides }: { diff: FieldDifference; sides: DiffTableProps["sides"] }) {
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
        {diff.unresolved && diff.unresolved.length > 0 && (
          <Caption1 block className={styles.quiet}>
            Could not be compared: {diff.unresolved.join(", ")}
          </Caption1>
        )}
      </td>
      <td className={styles.td}>
        <Lines
          lines={baseline}
          other={live}
          mark={styles.baseline}
          sign="−"
          meaning={`only ${sides.baseline.toLowerCase()}`}
        />
      </td>
      <td className={styles.td}>
        <Lines
          lines={live}
          other={baseline}
          mark={styles[diff.direction]}
          sign="+"
          meaning={`only ${sides.live.toLowerCase()}`}
        />
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
