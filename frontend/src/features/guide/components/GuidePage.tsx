import { makeStyles, tokens } from "@fluentui/react-components";
import { Link, getRouteApi, useLocation } from "@tanstack/react-router";
import { type ReactNode, Suspense, lazy, useEffect } from "react";
import Markdown, { type Components } from "react-markdown";
import rehypeSlug from "rehype-slug";
import remarkGfm from "remark-gfm";
import { CodeBlock } from "@/ui/CodeBlock";
import { useLinkStyles } from "@/ui/links";
import { NavList, useNavLinkStyle } from "@/ui/NavList";
import { Page } from "@/ui/Page";
import { SearchField } from "@/ui/SearchField";
import { EmptyState, LoadingRows } from "@/ui/States";
import { GUIDE, guideLink } from "../pages";

/** The index over all pages, which only a search needs. */
const GuideHits = lazy(() => import("./GuideHits").then((loaded) => ({ default: loaded.GuideHits })));

const route = getRouteApi("/shell/guide/$page");

const useStyles = makeStyles({
  grid: {
    display: "grid",
    gridTemplateColumns: "230px minmax(0, 1fr)",
    gap: "24px",
    alignItems: "start",
    "@media (max-width: 1080px)": { gridTemplateColumns: "minmax(0, 1fr)", gap: "12px" },
  },
  search: { display: "flex" },
  side: { display: "flex", flexDirection: "column", gap: "12px", minWidth: 0 },
  text: {
    maxWidth: "80ch",
    lineHeight: tokens.lineHeightBase400,
    // Where a link leads, the bar at the top must not cover.
    "& h2, & h3, & h4": { scrollMarginTop: "60px" },
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
    "& :is(th, td):first-child": { minWidth: "84px" },
    "& td code": { overflowWrap: "normal", whiteSpace: "nowrap" },
    "& table": { borderCollapse: "collapse" },
  },
  scroll: { overflowX: "auto" },
});

/** A page of the in-product guide, where errors lead for help; or what a search finds in all of them. */
export function GuidePage() {
  const styles = useStyles();
  const { link } = useNavLinkStyle();
  const { page: name } = route.useParams();
  const { search } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <div className={styles.grid}>
      <div className={`no-print ${styles.side}`}>
        <div className={styles.search}>
          <SearchField
            label="Search the guide"
            value={search ?? ""}
            onChange={(text) =>
              void navigate({
                search: text ? { search: text } : {},
                // Back leads to the page from which the search began, not through every letter.
                replace: Boolean(search),
              })
            }
          />
        </div>
        <NavList label="Guide" strip>
          {GUIDE.map((each) => (
            <li key={each.name}>
              <Link
                to="/guide/$page"
                params={{ page: each.name }}
                // While all pages are searched none of them is open.
                activeOptions={{ exact: true, includeSearch: true }}
                className={link}
              >
                {each.title}
              </Link>
            </li>
          ))}
        </NavList>
      </div>
      {search ? (
        <Page title={`Search: ${search}`} documentTitle={`${search} · Guide`}>
          <Suspense fallback={<LoadingRows rows={4} height={60} label="Searching" />}>
            <GuideHits query={search} />
          </Suspense>
        </Page>
      ) : (
        <Content name={name} />
      )}
    </div>
  );
}

function Content({ name }: { name: string }) {
  const styles = useStyles();
  const { hash } = useLocation();
  const page = GUIDE.find((each) => each.name === name);
  useEffect(() => {
    // The router looked for it before the page was there.
    if (hash) document.getElementById(hash)?.scrollIntoView();
  }, [hash, name]);
  return (
    <Page title={page?.title ?? "Guide"}>
      {page ? (
        <div className={styles.text}>
          <Markdown remarkPlugins={[remarkGfm]} rehypePlugins={[rehypeSlug]} components={COMPONENTS}>
            {page.text}
          </Markdown>
        </div>
      ) : (
        <EmptyState title="The guide has no such page">Choose one of its pages.</EmptyState>
      )}
    </Page>
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
