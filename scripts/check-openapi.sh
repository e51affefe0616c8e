#!/usr/bin/env bash
# Fails when openapi/openapi.json is not what the code says. Uses the program that the Rust tests have built.
set -euo pipefail
cd "$(dirname "$0")/.."

program=${CARGO_TARGET_DIR:-target}/debug/policytab
[ -x "$program" ] || cargo build --locked -p policytab-api --bin policytab
if ! diff --unified <("$program" openapi) openapi/openapi.json | head -n 40; then
    echo 'policytab: openapi/openapi.json is not current: run `make openapi` and commit the result.' >&2
    exit 1
fi
