import { exactTime, relativeTime } from "@/lib/time";
import { useNow } from "./clock";

/** A relative time, with the exact one on hover. */
export function Time({ at, none = "Never" }: { at: string | null | undefined; none?: string }) {
  const now = useNow();
  if (!at) return <>{none}</>;
  const instant = Date.parse(at);
  return (
    <time dateTime={at} title={exactTime(instant)}>
      {relativeTime(instant, now)}
    </time>
  );
}
