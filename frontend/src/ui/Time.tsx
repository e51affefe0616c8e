import { makeStyles } from "@fluentui/react-components";
import { exactTime, relativeTime } from "@/lib/time";
import { useNow } from "./clock";

const useStyles = makeStyles({ whole: { whiteSpace: "nowrap" } });

/** A relative time, with the exact one on hover. */
export function Time({ at, none = "Never" }: { at: string | null | undefined; none?: string }) {
  const styles = useStyles();
  const now = useNow();
  if (!at) return <>{none}</>;
  const instant = Date.parse(at);
  return (
    <time className={styles.whole} dateTime={at} title={exactTime(instant)}>
      {relativeTime(instant, now)}
    </time>
  );
}

/** The exact time, where it is what tells things apart. */
export function ExactTime({ at }: { at: string }) {
  const styles = useStyles();
  return (
    <time className={styles.whole} dateTime={at}>
      {exactTime(Date.parse(at))}
    </time>
  );
}
