#!/usr/bin/env bash
# Builds an earlier version of the program and has its nodes replaced by this version's, one after the other, while they are used and
# on a database that has the newest schema from the beginning. PREVIOUS names the commit or tag; without it, it is the
# last one of this branch before the newest migration.
set -euo pipefail
cd "$(dirname "$0")/.."

newest=$(find migrations -mindepth 1 -maxdepth 1 -type d | sort | tail -n 1)
added=$(git log --first-parent --format=%H -- "$newest/up.sql" | tail -n 1)
previous=$(git rev-parse --verify --quiet "${PREVIOUS:-$added^}^{commit}") ||
    { echo 'policytab: the earlier version is not in this clone: name one by PREVIOUS, or fetch the history.' >&2; exit 1; }
echo "Earlier version: $(git log -1 --format='%h of %ad, %s' --date=short "$previous")"
echo "Newest migration: ${newest#migrations/}; not there yet: $(comm -13 \
    <(git ls-tree -d --name-only "$previous" migrations/ | sort) <(find migrations -mindepth 1 -maxdepth 1 -type d | sort) |
    sed 's,migrations/,,' | paste -sd ' ')"

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
work=$(mktemp -d)
trap 'git worktree remove --force "$work/tree" 2>/dev/null; rm -rf "$work"' EXIT
git worktree add --quiet --detach "$work/tree" "$previous"
(cd "$work/tree" && CARGO_TARGET_DIR=$target/previous cargo build --locked -p policytab-api --bin policytab)
# Its files of the SPA are not there; nothing here asks for them.
POLICYTAB_PREVIOUS_PROGRAM=$target/previous/debug/policytab cargo nextest run --locked -p policytab-api --no-capture \
    -E 'test(replacing_every_process)'
