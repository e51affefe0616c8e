import { useState } from "react";
import { exactTime, relativeTime } from "@/lib/time";
import { useNow } from "@/ui/clock";

const MINUTE_MS = 60_000;

interface RetryAtProps {
  /** Seconds that the other side asked to wait. */
  seconds: number;
  /** When it asked, where that was not just now. */
  since: string | null | undefined;
}

/** From when on something makes sense to be tried again. */
export function RetryAt({ seconds, since }: RetryAtProps) {
  const now = useNow();
  const [shown] = useState(now);
  const at = (since ? Date.parse(since) : shown) + seconds * 1000;
  if (at <= now) return "It can be tried again now.";
  const words = at - now < MINUTE_MS ? "in less than a minute" : relativeTime(at, now);
  return (
    <>
      It can be tried again{" "}
      <time dateTime={new Date(at).toISOString()} title={exactTime(at)}>
        {words}
      </time>
      .
    </>
  );
}
