#!/usr/bin/env bash
# What is tried against a running demo; see with-demo.sh.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/walk-with-client.sh
npm --prefix frontend run e2e
