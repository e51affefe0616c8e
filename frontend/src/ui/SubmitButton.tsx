import { Button, Tooltip } from "@fluentui/react-components";
import type { ReactNode } from "react";

interface SubmitButtonProps {
  /** It happens already. */
  busy: boolean;
  /** What is missing for it, as a sentence; nothing where it can happen. */
  needs: string | false;
  appearance?: "primary";
  className?: string;
  children: ReactNode;
}

/** Sends its form. While something is missing it stays reachable and says what. */
export function SubmitButton({ busy, needs, ...rest }: SubmitButtonProps) {
  if (busy || !needs) return <Button type="submit" disabled={busy} {...rest} />;
  return (
    <Tooltip content={needs} relationship="description">
      <Button type="submit" disabledFocusable {...rest} />
    </Tooltip>
  );
}
