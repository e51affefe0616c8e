import { makeStyles, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";

const useStyles = makeStyles({
  list: {
    display: "flex",
    gap: "4px",
    margin: 0,
    padding: 0,
    listStyleType: "none",
    overflowX: "auto",
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
});

/** The look of a link among the parts of a screen; the router marks the current one with aria-current. */
export const useTabLinkStyle = makeStyles({
  link: {
    display: "block",
    padding: "8px 10px",
    color: tokens.colorNeutralForeground2,
    textDecorationLine: "none",
    whiteSpace: "nowrap",
    borderBottom: "3px solid transparent",
    ":hover": { color: tokens.colorNeutralForeground1, borderBottomColor: tokens.colorNeutralStroke1Hover },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "-2px" },
    '&[aria-current="page"]': {
      color: tokens.colorNeutralForeground1,
      fontWeight: tokens.fontWeightSemibold,
      borderBottomColor: tokens.colorCompoundBrandStroke,
    },
  },
});

/** Parts of one screen with addresses of their own; each child is an `li` with a link. */
export function TabLinks({ label, children }: { label: string; children: ReactNode }) {
  const styles = useStyles();
  return (
    <nav aria-label={label} className="no-print">
      <ul className={styles.list}>{children}</ul>
    </nav>
  );
}
