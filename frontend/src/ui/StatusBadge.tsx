import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";

const useStyles = makeStyles({
  root: { display: "inline-flex", alignItems: "center", gap: "6px" },
  oneLine: { whiteSpace: "nowrap" },
  icon: { display: "inline-flex", fontSize: "16px" },
  good: { color: tokens.colorStatusSuccessForeground1 },
  bad: { color: tokens.colorStatusDangerForeground1 },
  warn: { color: tokens.colorStatusWarningForeground3 },
  busy: { color: tokens.colorBrandForeground1 },
  quiet: { color: tokens.colorNeutralForeground3 },
});

export type Tone = "good" | "bad" | "warn" | "busy" | "quiet";

interface StatusBadgeProps {
  tone: Tone;
  icon: ReactNode;
  /** For longer texts, outside of tables. */
  wrap?: boolean;
  children: ReactNode;
}

/** A state in a word, with an icon whose shape says the same as its colour. */
export function StatusBadge({ tone, icon, wrap, children }: StatusBadgeProps) {
  const styles = useStyles();
  return (
    <span className={mergeClasses(styles.root, !wrap && styles.oneLine)}>
      <span aria-hidden="true" className={mergeClasses(styles.icon, styles[tone])}>
        {icon}
      </span>
      <span>{children}</span>
    </span>
  );
}
