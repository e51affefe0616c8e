#!/usr/bin/env bash
# Builds with optimisation and measures; see README.md in this folder.
set -euo pipefail
cd "$(dirname "$0")/.."

[ -d /proc/self ] || { echo 'policytab: make bench needs Linux, it reads CPU time from /proc.' >&2; exit 1; }
cargo build --locked --profile fast -p policytab-api -p policytab-bench --bins
built=${CARGO_TARGET_DIR:-target}/fast
exec "$built/policytab-bench" "$built/policytab" "$@"
