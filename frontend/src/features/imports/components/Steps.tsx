import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import {
  ArrowSyncCircleRegular,
  CheckmarkCircleFilled,
  CircleRegular,
  DismissCircleFilled,
  SubtractCircleRegular,
} from "@fluentui/react-icons";
import { type ReactNode, useEffect, useState } from "react";
import { ProblemMessage } from "@/api/ProblemMessage";
import { durationText } from "@/lib/time";
import { HIDDEN } from "@/ui/hidden";
import { type Import, type ImportStep, isUnderWay } from "../queries";
import { STATE_LABEL, STEP_LABEL, countsText, stepMillis } from "../steps";

const useStyles = makeStyles({
  list: { listStyleType: "none", margin: 0, padding: 0 },
  item: { paddingBlock: "7px", borderBottom: `1px solid ${tokens.colorNeutralStroke3}` },
  line: {
    display: "grid",
    gridTemplateColumns: "24px minmax(150px, 260px) minmax(0, 1fr) auto",
    gap: "10px",
    alignItems: "center",
    "@media (max-width: 640px)": { gridTemplateColumns: "24px minmax(0, 1fr) auto" },
  },
  icon: { display: "inline-flex", fontSize: "20px" },
  succeeded: { color: tokens.colorStatusSuccessForeground1 },
  failed: { color: tokens.colorStatusDangerForeground1 },
  running: { color: tokens.colorBrandForeground1 },
  pending: { color: tokens.colorNeutralForeground3 },
  skipped: { color: tokens.colorNeutralForeground3 },
  name: { fontWeight: tokens.fontWeightSemibold },
  counts: {
    color: tokens.colorNeutralForeground2,
    "@media (max-width: 640px)": { gridColumn: "2 / -1", gridRow: 2 },
  },
  time: { color: tokens.colorNeutralForeground3, fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" },
  hidden: HIDDEN,
});

const ICON: Record<ImportStep["state"], ReactNode> = {
  pending: <CircleRegular />,
  running: <ArrowSyncCircleRegular />,
  succeeded: <CheckmarkCircleFilled />,
  failed: <DismissCircleFilled />,
  skipped: <SubtractCircleRegular />,
};

/** The steps of an import as they go, with what each counted and how long it took. */
export function Steps({ run }: { run: Import }) {
  const styles = useStyles();
  const now = useTicking(isUnderWay(run));
  const current = run.steps.findLast((step) => step.state !== "pending");
  return (
    <>
      <ol className={styles.list} aria-label="Import steps">
        {run.steps.map((step) => (
          <Step key={step.name} step={step} now={now} />
        ))}
      </ol>
      <div role="status" className={styles.hidden}>
        {current ? `${STEP_LABEL[current.name]}: ${STATE_LABEL[current.state]}` : ""}
      </div>
    </>
  );
}

function Step({ step, now }: { step: ImportStep; now: number }) {
  const styles = useStyles();
  const took = stepMillis(step, now);
  return (
    <li className={styles.item} data-state={step.state}>
      <div className={styles.line}>
        <span className={mergeClasses(styles.icon, styles[step.state])} aria-hidden="true">
          {ICON[step.state]}
        </span>
        <span className={step.state === "pending" ? styles.pending : styles.name}>
          {STEP_LABEL[step.name]}
        </span>
        <span className={styles.counts}>
          <span className={step.state === "succeeded" ? styles.hidden : undefined}>
            {STATE_LABEL[step.state]}
          </span>{" "}
          {countsText(step.counts)}
        </span>
        <span className={styles.time}>{took !== undefined && durationText(took)}</span>
      </div>
      {step.error && <ProblemMessage error={step.error} at={step.finished_at} />}
    </li>
  );
}

/** The present in milliseconds, moving on while something runs. */
function useTicking(running: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [running]);
  return now;
}
