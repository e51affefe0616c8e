#!/usr/bin/env bash
# Tries the published description against the running demo (see with-demo.sh) with random requests, on the loopback
# interface only. Usage: fuzz-api.sh [examples for each operation] [seed]; without a seed it draws one and prints it.
set -euo pipefail
cd "$(dirname "$0")/.."

.venv/bin/python tests/fuzz/run.py "$@"
