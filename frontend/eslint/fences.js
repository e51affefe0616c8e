// The layers of src, lowest first. A file may import its own layer and the layers below; `ui` and `lib`
// stand side by side, with `ui` allowed to use `lib`. A feature never imports another feature.
import path from "node:path";

const MAY_IMPORT = {
  lib: ["lib"],
  ui: ["ui", "lib"],
  api: ["api", "ui", "lib"],
  features: ["features", "api", "ui", "lib"],
  app: ["app", "features", "api", "ui", "lib"],
  testing: ["testing", "app", "features", "api", "ui", "lib"],
};

/** The layer and, inside features, the feature of a file below src; null for anything else. */
function placeOf(file, src) {
  const parts = path.relative(src, file).split(path.sep);
  if (parts[0] === ".." || !(parts[0] in MAY_IMPORT)) return null;
  return { layer: parts[0], feature: parts[0] === "features" ? parts[1] : null };
}

const fences = {
  meta: {
    type: "problem",
    schema: [],
    messages: {
      layer: "{{from}} may not import {{to}}: ui and lib -> api -> features -> app.",
      feature: "Feature {{from}} may not import feature {{to}}: lift what both need into api, ui or lib.",
    },
  },
  create(context) {
    const src = path.join(context.cwd, "src");
    const from = placeOf(context.filename, src);
    if (!from || /\.test\.tsx?$/.test(context.filename)) return {};
    const check = (node) => {
      const target = node.source?.value;
      if (typeof target !== "string") return;
      const file = target.startsWith("@/")
        ? path.join(src, target.slice(2))
        : target.startsWith(".")
          ? path.resolve(path.dirname(context.filename), target)
          : null;
      const to = file && placeOf(file, src);
      if (!to) return;
      if (!MAY_IMPORT[from.layer].includes(to.layer)) {
        context.report({ node, messageId: "layer", data: { from: from.layer, to: to.layer } });
      } else if (from.feature && to.feature && from.feature !== to.feature) {
        context.report({ node, messageId: "feature", data: { from: from.feature, to: to.feature } });
      }
    };
    return { ImportDeclaration: check, ImportExpression: check };
  },
};

const noBarrel = {
  meta: {
    type: "problem",
    schema: [],
    messages: {
      barrel: "Import a thing from the file that defines it; nothing is passed on from another file.",
    },
  },
  create(context) {
    const report = (node) => {
      if (node.source) context.report({ node, messageId: "barrel" });
    };
    return { ExportAllDeclaration: report, ExportNamedDeclaration: report };
  },
};

export default { rules: { fences, "no-barrel": noBarrel } };
