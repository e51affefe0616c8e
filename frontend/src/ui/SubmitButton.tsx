import { Button, Tooltip } from "@fluentui/react-components";
import { type ReactNode, useState } from "react";

interface SubmitButtonProps {
  /** It happens already. */
  busy: boolean;
  /** What is missing for it, as a sentence; nothing where it can happen. */
  needs: string | false;
  appearance?: "primary";
  className?: string;
  children: ReactNode;
}

/**
 * Sends its form. While something is missing it stays reachable and says what. It is one element throughout: whoever
 * stands on it keeps the focus while it works and once it becomes usable.
 */
export function SubmitButton({ busy, needs, ...rest }: SubmitButtonProps) {
  const [pointed, setPointed] = useState(false);
  const missing = !busy && needs;
  const off = busy || Boolean(needs);
  return (
    <Tooltip
      content={missing || ""}
      // With nothing to say there is nothing to be described by.
      relationship={missing ? "description" : "inaccessible"}
      visible={pointed && Boolean(missing)}
      onVisibleChange={(_, data) => setPointed(data.visible)}
    >
      <Button
        type="submit"
        disabledFocusable={off}
        // Fluent only looks disabled then; neither a click nor Enter in a field is to send the form.
        onClickCapture={(event) => off && event.preventDefault()}
        {...rest}
      />
    </Tooltip>
  );
}
