import { Text, makeStyles, tokens } from "@fluentui/react-components";
import { Link } from "@tanstack/react-router";
import { counted } from "@/lib/text";
import { useLinkStyles } from "@/ui/links";
import { EmptyState } from "@/ui/States";
import { type Hit, excerpt, marked, searchGuide } from "../search";

const useStyles = makeStyles({
  list: {
    listStyleType: "none",
    margin: 0,
    padding: 0,
    display: "flex",
    flexDirection: "column",
    gap: "16px",
    maxWidth: "80ch",
  },
  where: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  title: { margin: 0, fontSize: tokens.fontSizeBase400, lineHeight: tokens.lineHeightBase400 },
  text: { margin: 0, overflowWrap: "anywhere" },
  mark: {
    backgroundColor: tokens.colorPaletteYellowBackground2,
    color: tokens.colorNeutralForeground1,
    fontWeight: tokens.fontWeightSemibold,
    borderRadius: tokens.borderRadiusSmall,
  },
});

/** What the guide has on some words, the best first. */
export function GuideHits({ query }: { query: string }) {
  const styles = useStyles();
  const hits = searchGuide(query);
  return (
    <>
      <Text role="status">{counted(hits.length, "place")} in the guide</Text>
      {hits.length === 0 ? (
        <EmptyState title="The guide has nothing on this">
          Try one word less, or how the Entra admin center calls it.
        </EmptyState>
      ) : (
        <ol className={styles.list} aria-label="Found in the guide">
          {hits.map((hit) => (
            <Found key={hit.section.id} hit={hit} />
          ))}
        </ol>
      )}
    </>
  );
}

function Found({ hit: { section, terms } }: { hit: Hit }) {
  const styles = useStyles();
  const links = useLinkStyles();
  return (
    <li>
      {section.anchor && <span className={styles.where}>{section.pageTitle}</span>}
      <h2 className={styles.title}>
        <Link
          to="/guide/$page"
          params={{ page: section.page }}
          {...(section.anchor ? { hash: section.anchor } : {})}
          className={links.text}
        >
          <Marked text={section.heading} terms={terms} />
        </Link>
      </h2>
      <p className={styles.text}>
        <Marked text={excerpt(section.text, terms)} terms={terms} />
      </p>
    </li>
  );
}

function Marked({ text, terms }: { text: string; terms: readonly string[] }) {
  const styles = useStyles();
  return marked(text, terms).map((piece, at) =>
    piece.hit ? (
      <mark key={at} className={styles.mark}>
        {piece.text}
      </mark>
    ) : (
      <span key={at}>{piece.text}</span>
    ),
  );
}
