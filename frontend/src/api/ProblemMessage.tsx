import {
  Button,
  Link as TextLink,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
} from "@fluentui/react-components";
import type { ReactNode } from "react";
import { CopyValue } from "@/ui/CopyValue";
import { RetryAt } from "./RetryAt";
import { describe, isProblem } from "./problems";

interface ProblemMessageProps {
  error: unknown;
  /** When it happened, for an error that was stored. */
  at?: string | null | undefined;
  onRetry?: (() => void) | undefined;
  retryLabel?: string;
  children?: ReactNode;
}

/** A failed call: what happened, and what to do. */
export function ProblemMessage({
  error,
  at,
  onRetry,
  retryLabel = "Try again",
  children,
}: ProblemMessageProps) {
  if (!error) return null;
  const { title, detail, remedy, requestId, guide } = describe(error);
  return (
    <div role="alert">
      <MessageBar intent="error" layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>{title}</MessageBarTitle>
          {detail} {remedy}
          {isProblem(error) && error.retry_after && (
            <>
              {" "}
              <RetryAt seconds={error.retry_after} since={at} />
            </>
          )}
          {guide && (
            <>
              {" "}
              <TextLink inline href={guide} target="_blank">
                Open the guide
              </TextLink>
            </>
          )}
          {requestId && (
            <>
              {" "}
              Request id <CopyValue value={requestId} what="the request id" />
            </>
          )}
          {children}
        </MessageBarBody>
        {onRetry && (
          <MessageBarActions>
            <Button onClick={onRetry}>{retryLabel}</Button>
          </MessageBarActions>
        )}
      </MessageBar>
    </div>
  );
}
