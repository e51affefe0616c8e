/** The severities of findings, worst first, and how each looks: colour, letter and shape, never colour alone. */
export const SEVERITIES = ["critical", "high", "medium", "low", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

export const SEVERITY_LOOK: Record<Severity, { label: string; letter: string; shape: string }> = {
  critical: { label: "Critical", letter: "C", shape: "◆" },
  high: { label: "High", letter: "H", shape: "▲" },
  medium: { label: "Medium", letter: "M", shape: "■" },
  low: { label: "Low", letter: "L", shape: "●" },
  info: { label: "Info", letter: "I", shape: "○" },
};
