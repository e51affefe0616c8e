#!/usr/bin/env bash
# Says in one sentence each which of the named tools are missing or too old. Usage: check-tools.sh git cargo node ..
set -euo pipefail

missing=0
complain() {
    printf 'policytab: %s\n' "$1" >&2
    missing=1
}
# at_least HAVE WANTED: whether a dotted version is new enough.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

for tool in "$@"; do
    case $tool in
    cc) command -v cc >/dev/null || complain 'a C compiler (cc) is missing: install gcc or clang, for instance with `apt install build-essential`.' ;;
    cargo)
        if ! command -v cargo >/dev/null; then
            complain 'Rust is missing: install it from https://rustup.rs.'
        else
            version=$(rustc --version 2>/dev/null | awk '{print $2}')
            at_least "${version:-0}" 1.95 || complain "Rust ${version:-of unknown version} is too old: run \`rustup update\` for 1.95 or newer."
        fi
        ;;
    node)
        if ! command -v node >/dev/null; then
            complain 'Node.js is missing: install version 20.19 or newer from https://nodejs.org.'
        else
            version=$(node --version)
            at_least "${version#v}" 20.19 || complain "Node.js $version is too old: install 20.19 or newer."
        fi
        ;;
    *) command -v "$tool" >/dev/null || complain "$tool is missing: install it first." ;;
    esac
done
exit $missing
