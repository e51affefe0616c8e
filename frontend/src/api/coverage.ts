import { makeStyles, tokens } from "@fluentui/react-components";
import { shareText } from "@/lib/text";
import type { components } from "./schema";

export type CoverageMap = components["schemas"]["CoverageMap"];
export type Cell = components["schemas"]["CoverageCell"];
export type Enforced = components["schemas"]["CoverageEnforced"];

/** What holds in all of a cell, in words; the order is that of the legend. */
export const ENFORCED_LABEL: Record<Enforced, string> = {
  blocked: "Blocked",
  phishing_resistant: "Phishing-resistant MFA",
  mfa_and_device: "MFA and managed device",
  mfa: "MFA",
  device: "Managed device",
  part: "In part",
  nothing: "Nothing",
  not_decided: "Not decided",
};

/** What holds in a cell; in a part of it, how much of it. */
export function inShort(cell: Cell): string {
  if (cell.enforced !== "part") return ENFORCED_LABEL[cell.enforced];
  if (cell.mfa > 0 && cell.mfa >= cell.device) return `MFA for ${shareText(cell.mfa)}`;
  if (cell.device > 0) return `Device for ${shareText(cell.device)}`;
  return `Blocked for ${shareText(cell.blocked)}`;
}

/** How cells look. */
export const useCoverageLook = makeStyles({
  // Shape differs beside colour: full, framed, dashed, dotted. Light text needs its ground on paper too.
  blocked: {
    backgroundColor: tokens.colorNeutralForeground2,
    color: tokens.colorNeutralBackground1,
    printColorAdjust: "exact",
  },
  phishing_resistant: {
    backgroundColor: "var(--state-on)",
    color: "var(--state-on-text)",
    printColorAdjust: "exact",
  },
  mfa_and_device: {
    backgroundColor: tokens.colorStatusSuccessBackground1,
    color: tokens.colorStatusSuccessForeground1,
    border: `3px double ${tokens.colorStatusSuccessBorder2}`,
  },
  mfa: {
    backgroundColor: tokens.colorStatusSuccessBackground1,
    color: tokens.colorStatusSuccessForeground1,
    border: `1px solid ${tokens.colorStatusSuccessBorder1}`,
  },
  device: {
    backgroundColor: tokens.colorPaletteBlueBackground2,
    color: tokens.colorPaletteBlueForeground2,
    border: `1px solid ${tokens.colorPaletteBlueBorderActive}`,
  },
  part: {
    backgroundColor: tokens.colorStatusWarningBackground1,
    color: tokens.colorStatusWarningForeground1,
    border: `1px dashed ${tokens.colorStatusWarningBorder2}`,
  },
  nothing: {
    backgroundColor: tokens.colorStatusDangerBackground1,
    color: tokens.colorStatusDangerForeground1,
    border: `2px dotted ${tokens.colorStatusDangerBorder2}`,
  },
  not_decided: {
    backgroundColor: tokens.colorNeutralBackground3,
    border: `1px dashed ${tokens.colorNeutralStroke1}`,
  },
});
