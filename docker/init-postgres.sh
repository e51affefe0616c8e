#!/usr/bin/env bash
# Run once by the postgres image, on an empty data volume: roles and rights for the database it has just made.
set -euo pipefail

# A backslash protects blanks and backslashes inside PGOPTIONS.
escape() { printf '%s' "$1" | sed 's/[\\ ]/\\&/g'; }
PGOPTIONS="-c bootstrap.owner_password=$(escape "$POLICYTAB_OWNER_PASSWORD")"
PGOPTIONS+=" -c bootstrap.runtime_password=$(escape "$POLICYTAB_RUNTIME_PASSWORD")"
export PGOPTIONS
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --file /policytab/bootstrap.sql
