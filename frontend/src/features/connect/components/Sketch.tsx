import { makeStyles, tokens } from "@fluentui/react-components";

const WIDTH = 356;
const NAV = 124;
const ROW = 18;
const TOP = 30;

const useStyles = makeStyles({
  root: { width: "100%", maxWidth: `${WIDTH}px`, height: "auto", display: "block" },
  frame: { fill: tokens.colorNeutralBackground1, stroke: tokens.colorNeutralStroke1 },
  bar: { fill: tokens.colorNeutralBackground4 },
  blank: { fill: tokens.colorNeutralStroke1 },
  box: { fill: tokens.colorNeutralBackground2, stroke: tokens.colorNeutralStroke1 },
  mark: { fill: tokens.colorBrandBackground2, stroke: tokens.colorBrandStroke1, strokeWidth: "1.5px" },
  button: { fill: tokens.colorBrandBackground },
  text: { fill: tokens.colorNeutralForeground1, fontSize: "9px" },
  title: { fill: tokens.colorNeutralForeground1, fontSize: "10px", fontWeight: tokens.fontWeightSemibold },
  onButton: { fill: tokens.colorNeutralForegroundOnBrand, fontSize: "9px" },
});

interface SketchProps {
  /** The entry of the menu that is open. */
  menu: string;
  title: string;
  /** What stands on the page; what is to be filled in, copied or chosen is marked. */
  lines: readonly (readonly [text: string, marked?: boolean])[];
  /** The button to press, if there is one. */
  button?: string;
}

/** A drawing of the page of the portal that a step is about: where things are, not how they look. */
export function Sketch({ menu, title, lines, button }: SketchProps) {
  const styles = useStyles();
  const height = TOP + ROW * (lines.length + (button ? 1.6 : 0.4)) + 8;
  return (
    <svg className={styles.root} viewBox={`0 0 ${WIDTH} ${height}`} aria-hidden="true">
      <rect className={styles.frame} x="0.5" y="0.5" width={WIDTH - 1} height={height - 1} rx="6" />
      <rect className={styles.bar} x="1" y="1" width={WIDTH - 2} height="10" rx="5" />
      {[0, 2, 3].map((at) => (
        <rect key={at} className={styles.blank} x="10" y={TOP - 8 + at * ROW} width="70" height="5" rx="2" />
      ))}
      <rect className={styles.mark} x="5" y={TOP + ROW - 14} width={NAV - 12} height="16" rx="3" />
      <text className={styles.text} x="10" y={TOP + ROW - 3}>
        {menu}
      </text>
      <text className={styles.title} x={NAV + 6} y={TOP - 5}>
        {title}
      </text>
      {lines.map(([text, marked], at) => (
        <g key={text}>
          <rect
            className={marked ? styles.mark : styles.box}
            x={NAV + 4}
            y={TOP + at * ROW + 1}
            width={WIDTH - NAV - 14}
            height="15"
            rx="2"
          />
          <text className={styles.text} x={NAV + 9} y={TOP + at * ROW + 12}>
            {text}
          </text>
        </g>
      ))}
      {button && (
        <>
          <rect
            className={styles.button}
            x={NAV + 4}
            y={TOP + lines.length * ROW + 6}
            width={button.length * 5.2 + 14}
            height="16"
            rx="3"
          />
          <text className={styles.onButton} x={NAV + 11} y={TOP + lines.length * ROW + 17}>
            {button}
          </text>
        </>
      )}
    </svg>
  );
}
