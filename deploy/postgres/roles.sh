#!/bin/bash
# The first start of an empty database: one role and its databases for Temporal, one for the ledger, each on its own.
set -euo pipefail
secrets=${SECRETS:-/run/secrets}

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
    --set temporal="$(cat "$secrets/temporal_db_password")" --set relance="$(cat "$secrets/relance_db_password")" <<'SQL'
CREATE ROLE temporal LOGIN PASSWORD :'temporal';
CREATE ROLE relance LOGIN PASSWORD :'relance';
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
CREATE DATABASE relance OWNER relance;
REVOKE CONNECT ON DATABASE temporal, temporal_visibility, relance FROM PUBLIC;
SQL
