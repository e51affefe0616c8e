// Fails when package-lock.json lets in what nobody has looked at: a package from elsewhere than the registry, one
// without a hash, a licence that is not on the list, or a dependency that is not pinned.
import { readFileSync } from "node:fs";

const read = (name) => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), "utf8"));
const REGISTRY = "https://registry.npmjs.org/";
// Permissive ones that go with Apache-2.0. What is shipped to browsers may have no other.
const SHIPPED = new Set(["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "Unlicense"]);
// Tools that run here and are not shipped.
const TOOLS = new Set([
  ...SHIPPED,
  "BlueOak-1.0.0",
  "CC-BY-4.0",
  "CC0-1.0",
  "MIT-0",
  "MPL-2.0",
  "Python-2.0",
]);

const { packages, lockfileVersion } = read("package-lock.json");
const mistakes = [];
let count = 0;
if (lockfileVersion !== 3) mistakes.push(`the lock file has version ${lockfileVersion}, not 3`);
for (const [path, entry] of Object.entries(packages)) {
  if (path === "") continue;
  count += 1;
  const say = (what) =>
    mistakes.push(`${path.replace(/^.*node_modules\//, "")} ${entry.version ?? ""}: ${what}`);
  if (entry.link || !path.startsWith("node_modules/")) say("is a link, not a package of the registry");
  if (entry.resolved && !entry.resolved.startsWith(REGISTRY)) say(`comes from ${entry.resolved}`);
  if (!/^sha512-[A-Za-z0-9+/]{86}==$/.test(entry.integrity ?? "")) say("has no SHA-512");
  const allowed = entry.dev || entry.devOptional || entry.optional ? TOOLS : SHIPPED;
  // Of several that one may choose from, one on the list is enough.
  const offered = (entry.license ?? "").replace(/^\((.*)\)$/, "$1").split(" OR ");
  if (!offered.some((license) => allowed.has(license))) say(`has the licence ${entry.license ?? "(none)"}`);
  if (!/^\d+\.\d+\.\d+/.test(entry.version ?? "")) say("is no version of the registry");
}
const manifest = read("package.json");
for (const group of ["dependencies", "devDependencies", "optionalDependencies"]) {
  for (const [name, version] of Object.entries(manifest[group] ?? {})) {
    if (!/^\d+\.\d+\.\d+[\w.-]*$/.test(version)) mistakes.push(`${name}: ${version} is not one version`);
  }
}
if (count < 100) mistakes.push(`only ${count} packages: the lock file was not read`);
for (const mistake of mistakes) console.error(`package-lock.json: ${mistake}`);
console.log(
  `${count} npm packages: hashes, sources and licences are ${mistakes.length ? "not " : ""}in order`,
);
process.exit(mistakes.length ? 1 : 0);
