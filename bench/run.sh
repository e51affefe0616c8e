#!/usr/bin/env bash
# Builds with optimisation and measures; see README.md in this folder.
set -euo pipefail
cd "$(dirname "$0")/.."

[ -d /proc/self ] || { echo 'policytab: make bench needs Linux, it reads CPU time from /proc.' >&2; exit 1; }
cargo build --locked --profile fast -p policytab-api -p policytab-bench --bins
target=${CARGO_TARGET_DIR:-target}
# The analysis first, alone on the machine; its figures join the one table. Not where only other parts are asked for.
case " $*" in
    *' --only'*analysis*) criterion=yes ;;
    *' --help'* | *' --only'*) criterion=no ;;
    *) criterion=yes ;;
esac
if [ "$criterion" = yes ]; then
    cargo bench --locked --profile fast -p policytab-domain --bench analysis --bench what_if --bench hostile -- --warm-up-time 1 --measurement-time 3 >&2
fi
exec "$target/fast/policytab-bench" "$target/fast/policytab" "$target/criterion" "$@"
