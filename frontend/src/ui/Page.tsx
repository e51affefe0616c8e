import { Text, Title2, Toolbar, makeStyles, tokens } from "@fluentui/react-components";
import { type ReactNode, useEffect } from "react";
import { useFocusOnArrival } from "./useFocusReturn";

const useStyles = makeStyles({
  page: { display: "flex", flexDirection: "column", gap: "16px", minWidth: 0 },
  head: { display: "flex", flexDirection: "column", gap: "4px" },
  title: { margin: 0, overflowWrap: "anywhere" },
  lead: { color: tokens.colorNeutralForeground2, maxWidth: "80ch" },
  commands: {
    padding: 0,
    gap: "4px",
    flexWrap: "wrap",
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    paddingBottom: "4px",
  },
});

interface PageProps {
  title: string;
  /** What the browser's tab shows when it differs, such as the customer before the page. */
  documentTitle?: string;
  lead?: ReactNode;
  /** Where this is, above the title. */
  crumbs?: ReactNode;
  /** The command bar: buttons that act on the whole page. */
  commands?: ReactNode;
  children: ReactNode;
}

/** A screen's frame: its one h1, a line on what it is for, the command bar, the content. */
export function Page({ title, documentTitle, lead, crumbs, commands, children }: PageProps) {
  const styles = useStyles();
  useFocusOnArrival();
  useEffect(() => {
    document.title = `${documentTitle ?? title} · Policytab`;
  }, [documentTitle, title]);
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        {crumbs}
        <Title2 as="h1" id="page-title" className={styles.title}>
          {title}
        </Title2>
        {lead && <Text className={styles.lead}>{lead}</Text>}
      </div>
      {commands && (
        <Toolbar className={`no-print ${styles.commands}`} aria-label="Commands">
          {commands}
        </Toolbar>
      )}
      {children}
    </div>
  );
}
