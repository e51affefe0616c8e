import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { type ReactNode, useEffect, useRef } from "react";

const useStyles = makeStyles({
  list: {
    listStyleType: "none",
    margin: 0,
    padding: 0,
    display: "flex",
    flexDirection: "column",
    gap: "2px",
  },
  strip: { "@media (max-width: 1080px)": { flexDirection: "row", overflowX: "auto", paddingBottom: "4px" } },
  heading: {
    padding: "12px 12px 4px",
    fontSize: tokens.fontSizeBase200,
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorNeutralForeground2,
  },
});

/** The look of a link inside a navigation; the router marks the current page with aria-current. */
export const useNavLinkStyle = makeStyles({
  link: {
    display: "flex",
    alignItems: "center",
    gap: "10px",
    padding: "6px 12px",
    minHeight: "32px",
    boxSizing: "border-box",
    borderRadius: tokens.borderRadiusMedium,
    borderLeft: "3px solid transparent",
    color: tokens.colorNeutralForeground1,
    textDecorationLine: "none",
    fontSize: tokens.fontSizeBase300,
    "@media (max-width: 1080px)": { whiteSpace: "nowrap" },
    ":hover": { backgroundColor: tokens.colorSubtleBackgroundHover },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "-2px" },
    '&[aria-current="page"]': {
      backgroundColor: tokens.colorSubtleBackgroundSelected,
      borderLeftColor: tokens.colorCompoundBrandStroke,
      fontWeight: tokens.fontWeightSemibold,
    },
    "& svg": { flexShrink: 0, fontSize: "20px" },
  },
});

interface NavListProps {
  label: string;
  /** Lies down to a scrolling strip where the screen is narrow. */
  strip?: boolean;
  className?: string;
  children: ReactNode;
}

export function NavList({ label, strip, className, children }: NavListProps) {
  const styles = useStyles();
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    // Where the strip is longer than the screen, the current page must not be the one out of sight.
    const current = list.current?.querySelector('[aria-current="page"]');
    if (!strip || !list.current || !current) return;
    const [frame, link] = [list.current.getBoundingClientRect(), current.getBoundingClientRect()];
    if (link.left < frame.left || link.right > frame.right) {
      list.current.scrollLeft += link.left - frame.left - (frame.width - link.width) / 2;
    }
  });
  return (
    <nav aria-label={label} className={mergeClasses(className, "no-print")}>
      <ul ref={list} className={mergeClasses(styles.list, strip && styles.strip)}>
        {children}
      </ul>
    </nav>
  );
}

export function NavHeading({ children }: { children: ReactNode }) {
  return <li className={useStyles().heading}>{children}</li>;
}
