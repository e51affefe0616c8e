#!/usr/bin/env bash
# Fails when openapi/openapi.json is not what the code says. Uses the program that `make program` has built.
set -euo pipefail
cd "$(dirname "$0")/.."

program=${CARGO_TARGET_DIR:-target}/debug/policytab
if ! diff --unified <("$program" openapi) openapi/openapi.json | head -n 40; then
    echo 'policytab: openapi/openapi.json is not current: run `make openapi` and commit the result.' >&2
    exit 1
fi
