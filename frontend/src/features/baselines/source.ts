import { counted } from "@/lib/text";
import type { Baseline } from "./queries";

/** Where a baseline came from, in words. */
export function sourceText(source: Baseline["source"]): string {
  switch (source.kind) {
    case "files":
      return counted(source.files, "file");
    case "github": {
      const where = source.url.replace("https://github.com/", "");
      const folder = source.folder ? `, ${source.folder}` : "";
      return `${where}${folder} at ${source.commit.slice(0, 7)}`;
    }
    case "snapshot":
      return `Snapshot of ${source.customer}`;
    case "edited":
      return "Edited here";
    case "built_in":
      return `Policytab ${source.product}`;
  }
}
