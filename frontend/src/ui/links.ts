import { makeStyles, tokens } from "@fluentui/react-components";

/** What looks like a button: its box, and its words. */
const box = {
  display: "inline-flex",
  alignItems: "center",
  gap: "6px",
  minHeight: "32px",
  padding: "5px 12px",
  boxSizing: "border-box",
  borderRadius: tokens.borderRadiusMedium,
  fontWeight: tokens.fontWeightSemibold,
  textDecorationLine: "none",
} as const;

/** The looks of a router link, as Fluent draws a link and a button; the primitives know no router. */
export const useLinkStyles = makeStyles({
  text: {
    color: tokens.colorBrandForegroundLink,
    textDecorationLine: "none",
    ":hover": { textDecorationLine: "underline", color: tokens.colorBrandForegroundLinkHover },
    ":focus-visible": {
      outline: `2px solid ${tokens.colorStrokeFocus2}`,
      borderRadius: tokens.borderRadiusSmall,
    },
  },
  inline: {
    color: tokens.colorBrandForegroundLink,
    textDecorationLine: "underline",
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  primaryButton: {
    ...box,
    backgroundColor: tokens.colorBrandBackground,
    color: tokens.colorNeutralForegroundOnBrand,
    ":hover": { backgroundColor: tokens.colorBrandBackgroundHover },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "2px" },
  },
  button: {
    ...box,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    backgroundColor: tokens.colorNeutralBackground1,
    color: tokens.colorNeutralForeground1,
    ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "2px" },
  },
  /** In the command bar, beside its buttons. */
  command: {
    ...box,
    color: tokens.colorNeutralForeground2,
    "& svg": { fontSize: "20px" },
    ":hover": {
      backgroundColor: tokens.colorSubtleBackgroundHover,
      color: tokens.colorNeutralForeground2Hover,
    },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
});
