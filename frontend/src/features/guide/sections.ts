/** The guide's pages cut into what a search can lead to: the text below each heading, without its Markdown. */
import GithubSlugger from "github-slugger";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import type { GuidePage } from "./pages";

export interface Section {
  /** Unique over all pages. */
  id: string;
  /** The page's name in the address. */
  page: string;
  pageTitle: string;
  /** The page's title for what stands before the first heading. */
  heading: string;
  /** The heading's id on the page; none for its beginning. */
  anchor: string | undefined;
  text: string;
}

interface Node {
  type: string;
  value?: string;
  children?: Node[];
}

/** What only runs along inside a line; anything else stands apart from what is beside it. */
const INLINE = new Set(["text", "inlineCode", "emphasis", "strong", "delete", "link"]);

function plain(node: Node): string {
  if (node.value !== undefined) return node.type === "html" ? "" : node.value;
  return (node.children ?? []).map((child) => plain(child) + (INLINE.has(child.type) ? "" : " ")).join("");
}

function tidy(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

export function sectionsOf(pages: readonly GuidePage[]): Section[] {
  return pages.flatMap(({ name, title, text }) => {
    const slugs = new GithubSlugger();
    const tree = fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
    const found: Section[] = [
      { id: name, page: name, pageTitle: title, heading: title, anchor: undefined, text: "" },
    ];
    for (const node of tree.children as Node[]) {
      const last = found.at(-1);
      if (node.type === "heading") {
        const heading = tidy(plain(node));
        const anchor = slugs.slug(heading);
        found.push({ id: `${name}#${anchor}`, page: name, pageTitle: title, heading, anchor, text: "" });
      } else if (last) {
        last.text = tidy(`${last.text} ${plain(node)}`);
      }
    }
    return found.filter((each) => each.text !== "");
  });
}
