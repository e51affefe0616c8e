#!/usr/bin/env bash
# Writes bills of materials (CycloneDX, JSON) into target/sbom: one of the server, one of what browsers load.
set -euo pipefail
cd "$(dirname "$0")/.."

out=target/sbom
mkdir -p "$out"
if ! cargo cyclonedx --version >/dev/null 2>&1; then
    echo 'Installing cargo-cyclonedx'
    cargo install --locked --debug cargo-cyclonedx
fi

# It writes beside each crate's manifest; the server's is the one that counts.
name=policytab-sbom
trap 'find crates bench -maxdepth 2 -name "$name.json" -delete' EXIT
cargo cyclonedx --format json --manifest-path crates/api/Cargo.toml --override-filename "$name" --quiet
mv "crates/api/$name.json" "$out/server.cdx.json"
npm --prefix frontend sbom --package-lock-only --sbom-format cyclonedx --omit dev --omit optional >"$out/spa.cdx.json"

for file in "$out"/server.cdx.json "$out"/spa.cdx.json; do
    node -e '
        const { bomFormat, components } = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
        if (bomFormat !== "CycloneDX" || !(components?.length > 20)) process.exit(1);
        console.log(`${process.argv[1]}: ${components.length} components`);
    ' "$file" || { echo "policytab: $file holds next to nothing" >&2; exit 1; }
done
