/** Full-text search over the guide: any beginning of a word, a letter wrong in longer ones, all words wanted. */
import MiniSearch from "minisearch";
import { GUIDE } from "./pages";
import { type Section, sectionsOf } from "./sections";

export interface Hit {
  section: Section;
  /** The words of the section that were meant, as they stand in the index. */
  terms: string[];
}

interface Index {
  sections: Map<string, Section>;
  words: MiniSearch<Section>;
}

let made: Index | undefined;

function index(): Index {
  if (made) return made;
  const all = sectionsOf(GUIDE);
  const words = new MiniSearch<Section>({
    fields: ["heading", "pageTitle", "text"],
    searchOptions: {
      boost: { heading: 4, pageTitle: 2 },
      combineWith: "AND",
      prefix: true,
      fuzzy: (term) => (term.length > 4 ? 0.2 : false),
    },
  });
  words.addAll(all);
  made = { words, sections: new Map(all.map((section) => [section.id, section])) };
  return made;
}

/** Sections in which all words occur, the best first. */
export function searchGuide(query: string): Hit[] {
  const { words, sections } = index();
  return words.search(query).flatMap(({ id, terms }) => {
    const section = sections.get(String(id));
    return section ? [{ section, terms }] : [];
  });
}

export interface Piece {
  text: string;
  hit: boolean;
}

/** A text cut where the words found begin and end; the words are whole, whatever their case. */
export function marked(text: string, terms: readonly string[]): Piece[] {
  const escaped = terms.map((term) => term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (escaped.length === 0) return [{ text, hit: false }];
  const parts = text.split(new RegExp(`(?<![\\p{L}\\p{N}])(${escaped.join("|")})(?![\\p{L}\\p{N}])`, "giu"));
  return parts.map((part, at) => ({ text: part, hit: at % 2 === 1 })).filter((piece) => piece.text !== "");
}

const BEFORE = 60;
const LENGTH = 220;

/** The part of a text around the first word found, cut between words. */
export function excerpt(text: string, terms: readonly string[]): string {
  const pieces = marked(text, terms);
  const at = pieces.findIndex((piece) => piece.hit);
  const first = pieces.slice(0, Math.max(at, 0)).reduce((sum, piece) => sum + piece.text.length, 0);
  const from = first > BEFORE ? text.indexOf(" ", first - BEFORE) + 1 : 0;
  if (text.length - from <= LENGTH) return `${from > 0 ? "… " : ""}${text.slice(from)}`;
  const to = text.lastIndexOf(" ", from + LENGTH);
  return `${from > 0 ? "… " : ""}${text.slice(from, to)} …`;
}
