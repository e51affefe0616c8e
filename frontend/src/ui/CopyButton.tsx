import { Button, type ButtonProps, Tooltip } from "@fluentui/react-components";
import { CheckmarkRegular, CopyRegular } from "@fluentui/react-icons";
import { useEffect, useState } from "react";

/** Puts text on the clipboard, also where the page has no secure context and so no clipboard API. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.style.position = "fixed";
    area.style.opacity = "0";
    document.body.append(area);
    area.select();
    // Deprecated, and the only way on plain http.
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

interface CopyButtonProps {
  value: string;
  /** What is copied, for the button's name: "Copy the client id". */
  what: string;
  label?: string;
  appearance?: ButtonProps["appearance"];
}

export function CopyButton({ value, what, label, appearance = "subtle" }: CopyButtonProps) {
  const [state, setState] = useState<"idle" | "copied" | "failed">("idle");
  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), 2_000);
    return () => clearTimeout(timer);
  }, [state]);

  const name =
    state === "copied" ? "Copied" : state === "failed" ? "Select the text to copy it" : `Copy ${what}`;
  return (
    <Tooltip content={name} relationship="label">
      <Button
        className="no-print"
        size="small"
        appearance={appearance}
        aria-live="polite"
        icon={state === "copied" ? <CheckmarkRegular /> : <CopyRegular />}
        onClick={() => {
          copyText(value).then(
            (done) => setState(done ? "copied" : "failed"),
            () => setState("failed"),
          );
        }}
      >
        {label && (state === "copied" ? "Copied" : label)}
      </Button>
    </Tooltip>
  );
}
