#!/usr/bin/env bash
# Gets what the tests need beyond `make run`: a browser, cargo-nextest, cargo-deny, and in .venv the generator of the Python client and
# the fuzzer of the API.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/check-tools.sh git cargo cc node npm python3

# With rights to install one, the distribution's browser; else the tests use the one that npm has brought along.
if ! command -v chromium >/dev/null && ! command -v google-chrome >/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo 'Installing Chromium'
        if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; }; then
            echo 'Chromium could not be installed; going on with the one in frontend/node_modules'
        fi
    else
        echo 'No Chromium is installed; going on with the one in frontend/node_modules'
    fi
fi

if ! cargo nextest --version >/dev/null 2>&1; then
    echo 'Installing cargo-nextest'
    cargo install --locked cargo-nextest
fi

# It runs for a second: what optimising it costs is not worth it.
if ! cargo deny --version >/dev/null 2>&1; then
    echo 'Installing cargo-deny'
    cargo install --locked --debug cargo-deny
fi

wanted=$(cat tests/client/requirements.txt tests/fuzz/requirements.txt)
if [ "$(cat .venv/.installed 2>/dev/null)" != "$wanted" ]; then
    echo 'Installing the generator of the Python client and the fuzzer of the API'
    rm -rf .venv
    python3 -m venv .venv || { echo 'policytab: python3 cannot make virtual environments: install python3-venv.' >&2; exit 1; }
    .venv/bin/pip install --quiet --disable-pip-version-check \
        --requirement tests/client/requirements.txt --requirement tests/fuzz/requirements.txt
    echo "$wanted" >.venv/.installed
fi
