import { makeStyles, tokens } from "@fluentui/react-components";
import { HIDDEN } from "./hidden";

const WIDTH = 64;
const HEIGHT = 20;
const EDGE = 3;

const useStyles = makeStyles({
  root: { display: "inline-flex", alignItems: "center", gap: "8px", whiteSpace: "nowrap" },
  line: { fill: "none", stroke: tokens.colorNeutralForeground3, strokeWidth: "1.5px" },
  end: { fill: tokens.colorNeutralForeground2 },
  figure: { fontVariantNumeric: "tabular-nums" },
  hidden: HIDDEN,
});

interface SparklineProps {
  /** The oldest first. */
  values: readonly number[];
  /** What is counted, in the plural. */
  noun: string;
}

/** How a number went, as a line with what came of it in words; nothing where there is nothing to compare. */
export function Sparkline({ values, noun }: SparklineProps) {
  const styles = useStyles();
  const [first, last] = [values[0], values.at(-1)];
  if (values.length < 2 || first === undefined || last === undefined) return null;
  const top = Math.max(...values, 1);
  const level = values.every((value) => value === first);
  const at = (value: number, index: number): [number, number] => [
    EDGE + (index * (WIDTH - 2 * EDGE)) / (values.length - 1),
    // What never changed is neither high nor low.
    level ? HEIGHT / 2 : HEIGHT - EDGE - (value * (HEIGHT - 2 * EDGE)) / top,
  ];
  const [x, y] = at(last, values.length - 1);
  const change = last - first;
  const words = change === 0 ? "as many as before" : change > 0 ? `${change} more` : `${-change} fewer`;
  return (
    <span className={styles.root} title={`${noun}: ${values.join(", ")}`}>
      <svg width={WIDTH} height={HEIGHT} aria-hidden="true">
        <polyline
          className={styles.line}
          points={values.map((value, index) => at(value, index).join(",")).join(" ")}
        />
        <circle className={styles.end} cx={x} cy={y} r="2.5" />
      </svg>
      <span className={styles.figure}>
        {change === 0 ? "±0" : change > 0 ? `▲ ${change}` : `▼ ${-change}`}
      </span>
      <span className={styles.hidden}>{`${noun}: ${words}`}</span>
    </span>
  );
}
