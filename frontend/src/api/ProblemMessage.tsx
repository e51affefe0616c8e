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
import { describe } from "./problems";

interface ProblemMessageProps {
  error: unknown;
  onRetry?: (() => void) | undefined;
  retryLabel?: string;
  children?: ReactNode;
}

/** A failed call: what happened, and what to do. */
export function ProblemMessage({ error, onRetry, retryLabel = "Try again", children }: ProblemMessageProps) {
  if (!error) return null;
  const { title, detail, remedy, requestId, guide } = describe(error);
  return (
    <div role="alert">
      <MessageBar intent="error" layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>{title}</MessageBarTitle>
          {detail} {remedy}
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
