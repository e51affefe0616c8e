// Fails the build when the JavaScript of the first load, all that index.html pulls in before any route is
// chosen, grows beyond its budget.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET_KB = 300;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));
const entry = Object.values(manifest).find((chunk) => chunk.isEntry);

const files = new Set();
(function walk(chunk) {
  if (files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const name of chunk.imports ?? []) walk(manifest[name]);
})(entry);

const bytes = [...files].reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, dist))).length, 0);
const kb = bytes / 1000;
console.log(
  `first load: ${kb.toFixed(1)} kB of JavaScript, gzip (budget ${BUDGET_KB} kB, ${files.size} files)`,
);
if (kb > BUDGET_KB) {
  console.error("The first load is over its budget: move code behind a route.");
  process.exit(1);
}
