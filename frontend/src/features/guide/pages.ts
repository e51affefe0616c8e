/**
 * The in-product guide is the project's own documentation for people who connect tenants, so that the two can't
 * tell different things. Errors link to its pages by name (`docs` of a problem).
 */
const SOURCES = import.meta.glob<string>(
  [
    "../../../../docs/connecting-a-tenant.md",
    "../../../../docs/app-permissions.md",
    "../../../../docs/credential-rotation.md",
    "../../../../docs/analysis.md",
    "../../../../docs/reference-checks.md",
    "../../../../docs/baselines.md",
    "../../../../docs/formats.md",
    "../../../../docs/reference-baseline.md",
  ],
  { query: "?raw", import: "default", eager: true },
);

export interface GuidePage {
  name: string;
  title: string;
  /** Markdown, without the title. */
  text: string;
}

function read(path: string, source: string): GuidePage {
  const name = path.replace(/^.*\//, "").replace(/\.md$/, "");
  const title = /^# (.+)$/m.exec(source)?.[1] ?? name;
  return { name, title, text: source.replace(/^# .+$/m, "") };
}

/** In the order in which one comes to need them. */
const ORDER = [
  "connecting-a-tenant",
  "app-permissions",
  "credential-rotation",
  "baselines",
  "reference-baseline",
  "formats",
  "reference-checks",
  "analysis",
];

export const GUIDE: readonly GuidePage[] = Object.entries(SOURCES)
  .map(([path, source]) => read(path, source))
  .sort((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name));

/** Where a link of the documentation leads inside the product; undefined for what is not part of the guide. */
export function guideLink(href: string): string | undefined {
  const [file = "", anchor] = href.split("#");
  const page = GUIDE.find(({ name }) => file === `${name}.md` || file === `./${name}.md`);
  if (!page) return undefined;
  return anchor ? `/guide/${page.name}#${anchor}` : `/guide/${page.name}`;
}
