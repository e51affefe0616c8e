import { makeStyles, tokens } from "@fluentui/react-components";
import { Link, getRouteApi } from "@tanstack/react-router";
import type { ReactNode } from "react";
import Markdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { CodeBlock } from "@/ui/CodeBlock";
import { useLinkStyles } from "@/ui/links";
import { NavList, useNavLinkStyle } from "@/ui/NavList";
import { Page } from "@/ui/Page";
import { EmptyState } from "@/ui/States";
import { GUIDE, guideLink } from "../pages";

const route = getRouteApi("/shell/guide/$page");

const useStyles = makeStyles({
  grid: {
    display: "grid",
    gridTemplateColumns: "230px minmax(0, 1fr)",
    gap: "24px",
    alignItems: "start",
    "@media (max-width: 1080px)": { gridTemplateColumns: "minmax(0, 1fr)", gap: "12px" },
  },
  text: {
    maxWidth: "80ch",
    lineHeight: tokens.lineHeightBase400,
    "& h2": { fontSize: tokens.fontSizeBase500, lineHeight: tokens.lineHeightBase500, marginTop: "28px" },
    "& h3": { fontSize: tokens.fontSizeBase400, marginTop: "20px" },
    "& li": { marginBlock: "4px" },
    "& code": {
      fontFamily: tokens.fontFamilyMonospace,
      fontSize: tokens.fontSizeBase200,
      backgroundColor: tokens.colorNeutralBackground3,
      padding: "1px 4px",
      borderRadius: tokens.borderRadiusSmall,
      overflowWrap: "anywhere",
    },
    "& th, & td": {
      textAlign: "start",
      verticalAlign: "top",
      padding: "6px 10px",
      borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    },
    "& td code": { overflowWrap: "normal", whiteSpace: "nowrap" },
    "& table": { borderCollapse: "collapse" },
  },
  scroll: { overflowX: "auto" },
});

/** A page of the in-product guide, where errors lead for help. */
export function GuidePage() {
  const styles = useStyles();
  const { link } = useNavLinkStyle();
  const { page: name } = route.useParams();
  const page = GUIDE.find((each) => each.name === name);
  return (
    <div className={styles.grid}>
      <NavList label="Guide" strip>
        {GUIDE.map((each) => (
          <li key={each.name}>
            <Link to="/guide/$page" params={{ page: each.name }} className={link}>
              {each.title}
            </Link>
          </li>
        ))}
      </NavList>
      <Page title={page?.title ?? "Guide"}>
        {page ? (
          <div className={styles.text}>
            <Markdown remarkPlugins={[remarkGfm]} components={COMPONENTS}>
              {page.text}
            </Markdown>
          </div>
        ) : (
          <EmptyState title="The guide has no such page">Choose one of its pages.</EmptyState>
        )}
      </Page>
    </div>
  );
}

function GuideLink({ href = "", children }: { href?: string | undefined; children?: ReactNode }) {
  const links = useLinkStyles();
  const inside = guideLink(href);
  if (inside) {
    return (
      <Link to={inside} className={links.inline}>
        {children}
      </Link>
    );
  }
  // A page that is not part of the guide has no address here.
  if (!/^https?:/.test(href)) return <>{children}</>;
  return (
    <a href={href} target="_blank" rel="noreferrer" className={links.inline}>
      {children}
    </a>
  );
}

function ScrollingTable({ children }: { children?: ReactNode }) {
  const styles = useStyles();
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label="Table">
      <table>{children}</table>
    </div>
  );
}

const COMPONENTS: Components = {
  a: ({ href, children }) => <GuideLink href={href}>{children}</GuideLink>,
  table: ({ children }) => <ScrollingTable>{children}</ScrollingTable>,
  pre: ({ node }) => {
    const [code] = node?.children ?? [];
    const [text] = code && "children" in code ? code.children : [];
    return <CodeBlock code={text && "value" in text ? text.value : ""} what="the lines" />;
  },
};
