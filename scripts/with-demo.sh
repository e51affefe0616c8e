#!/usr/bin/env bash
# Runs a command while a fresh demo is up: server, PostgreSQL and emulator on free ports, data in a temporary folder.
# The command finds addresses and credentials in the file named by POLICYTAB_DEMO_JSON. There are no customers, unless
# POLICYTAB_DEMO_ARGS is set, and empty. Fails when the command fails,
# when the demo ends early, or when it does not stop cleanly afterwards.
set -euo pipefail
cd "$(dirname "$0")/.."

program=${CARGO_TARGET_DIR:-target}/debug/policytab

work=$(mktemp -d)
chmod 711 "$work"
demo=
finish() {
    local status=$?
    if [ -n "$demo" ] && kill -0 "$demo" 2>/dev/null; then
        kill -INT "$demo"
        for _ in $(seq 300); do kill -0 "$demo" 2>/dev/null || break; sleep 0.1; done
        if kill -KILL "$demo" 2>/dev/null; then
            echo 'policytab: the demo did not stop within 30 s of SIGINT' >&2
            status=1
        fi
    fi
    if [ -f "$work/data/postgres/pgdata/postmaster.pid" ]; then
        echo 'policytab: the demo left its PostgreSQL running' >&2
        kill -QUIT "$(head -n 1 "$work/data/postgres/pgdata/postmaster.pid")" || true
        status=1
    fi
    if [ "$status" != 0 ]; then
        echo '--- the last lines of the demo' >&2
        tail -n 60 "$work/demo.log" >&2 || true
    fi
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

# A script's background job ignores SIGINT unless it has job control; the demo is to be stopped as with Ctrl-C.
set -m
"$program" demo ${POLICYTAB_DEMO_ARGS---empty} --data-dir "$work/data" --port 0 >"$work/demo.out" 2>"$work/demo.log" &
demo=$!
set +m
for _ in $(seq 600); do
    [ -f "$work/data/demo.json" ] && break
    kill -0 "$demo" 2>/dev/null || { echo 'policytab: the demo ended while it was starting' >&2; exit 1; }
    sleep 0.2
done
[ -f "$work/data/demo.json" ] || { echo 'policytab: the demo was not up within two minutes' >&2; exit 1; }

export POLICYTAB_DEMO_JSON=$work/data/demo.json
"$@"
