import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
} from "@fluentui/react-components";
import { useEffect, useRef, useState } from "react";
import { listed } from "@/lib/text";

const EVERY_S = 20;
/** Grants take time to spread; after this long it is rather that nobody granted anything. */
const TRIES = 15;

interface ConsentMissingProps {
  permissions: readonly string[];
  busy: boolean;
  onRetry: () => void;
}

/** The secret is right, the grant is missing or has not spread: asks again by itself for some minutes. */
export function ConsentMissing({ permissions, busy, onRetry }: ConsentMissingProps) {
  const [left, setLeft] = useState(EVERY_S);
  const [tries, setTries] = useState(0);
  const retry = useRef(onRetry);
  useEffect(() => {
    retry.current = onRetry;
  });

  const waiting = tries < TRIES && !busy;
  useEffect(() => {
    if (!waiting) return;
    let seconds = EVERY_S;
    const timer = setInterval(() => {
      seconds -= 1;
      setLeft(seconds);
      if (seconds > 0) return;
      seconds = EVERY_S;
      setLeft(EVERY_S);
      setTries((count) => count + 1);
      retry.current();
    }, 1000);
    return () => clearInterval(timer);
  }, [waiting]);

  return (
    <div role="alert">
      <MessageBar intent="warning" layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>Admin consent is missing</MessageBarTitle>
          The credentials are right. Not granted yet: {listed(permissions)}. Grant admin consent for them as
          Privileged Role Administrator or Global Administrator; a grant can take a few minutes to spread.{" "}
          <span aria-live="off">
            {busy
              ? "Asking Entra."
              : waiting
                ? `Asking again in ${left} s.`
                : "Check step 5 of the procedure, then try again."}
          </span>
        </MessageBarBody>
        <MessageBarActions>
          <Button disabled={busy} onClick={onRetry}>
            Try again now
          </Button>
        </MessageBarActions>
      </MessageBar>
    </div>
  );
}
