#!/bin/sh
# Makes the login that vigil runs with, a member of vigil_writer only, after the migrations made that role.
# Runs in the PostgreSQL image; PGHOST, PGUSER, PGDATABASE and PGPASSFILE or the secrets below say where.
set -eu
PGPASSWORD=$(cat /run/secrets/postgres_password)
export PGPASSWORD
psql -v ON_ERROR_STOP=1 -q <<'SQL'
\set password `cat /run/secrets/vigil_password`
SELECT 'CREATE ROLE vigil LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'vigil') \gexec
ALTER ROLE vigil PASSWORD :'password';
GRANT vigil_writer TO vigil;
SQL
