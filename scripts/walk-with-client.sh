#!/usr/bin/env bash
# Generates a Python client from openapi/openapi.json with a stock generator and walks the onboarding with it.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Ruff, which formats the result, stands beside the generator.
PATH=$PWD/.venv/bin:$PATH openapi-python-client generate --meta none --fail-on-warning \
    --path openapi/openapi.json --output-path "$work/policytab_client"
PYTHONPATH=$work PYTHONDONTWRITEBYTECODE=1 .venv/bin/python tests/client/onboarding.py
