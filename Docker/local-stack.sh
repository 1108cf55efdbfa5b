#!/bin/sh
# The stack of compose.yaml without containers: the embedded broker, a PostgreSQL of its own, the processor.
#
#   sh Docker/local-stack.sh MODEL_DIRECTORY [further options of vigil run]
#
# Everything stops with Ctrl-C, and what it wrote is deleted. VIGIL names the binary (default: the release build).
set -eu

usage() {
    sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
    exit 2
}
test $# -ge 1 || usage
test -d "$1" || usage
model=$(cd "$1" && pwd)
shift

root=$(cd "$(dirname "$0")/.." && pwd)
vigil=${VIGIL:-$root/.build/release/vigil}
test -x "$vigil" || (cd "$root" && swift build -c release --product vigil >&2)

say() { echo "local-stack: $*" >&2; }

# PostgreSQL does not run as root: Debian's user does it then.
bin=$(for candidate in /usr/lib/postgresql/*/bin; do echo "$candidate"; done | sort -t/ -k5 -n | tail -1)
if ! test -x "$bin/initdb"; then
    command -v initdb >/dev/null || { say "PostgreSQL is missing: run sh Docker/bootstrap.sh"; exit 1; }
    bin=$(dirname "$(command -v initdb)")
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/vigil-stack-XXXXXX")
pg=$work/postgres
mkdir "$pg"
chmod 0755 "$work"
chmod 0700 "$pg"
if test "$(id -u)" -eq 0; then
    chown postgres: "$pg"
    as_postgres() (cd "$pg" && exec setpriv --reuid=postgres --regid=postgres --init-groups "$@")
else
    as_postgres() (cd "$pg" && exec "$@")
fi

broker=""
processor=""
# Called by the trap below.
# shellcheck disable=SC2317
cleanup() {
    trap - EXIT
    trap '' INT TERM
    test -z "$broker" || kill "$broker" 2>/dev/null || true
    as_postgres "$bin/pg_ctl" -D "$pg/data" -m fast -s stop 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

say "starting PostgreSQL"
as_postgres "$bin/initdb" -D "$pg/data" -U vigil --auth=trust --encoding=UTF8 --locale=C --no-sync \
    >"$work/initdb.log" 2>&1 || { cat "$work/initdb.log" >&2; exit 1; }
# Reached through the socket in a directory of its own only; nothing listens on the network.
as_postgres "$bin/pg_ctl" -D "$pg/data" -s -w -l "$pg/server.log" \
    -o "-c listen_addresses='' -c unix_socket_directories='$pg'" start || { cat "$pg/server.log" >&2; exit 1; }
as_postgres "$bin/createdb" -h "$pg" -U vigil vigil

# In a session of its own, so that Ctrl-C reaches the processor first and the broker last.
say "starting the broker"
setsid "$vigil" broker --topics transactions:16,labels:16,review:1,dead-letters:1,sequences:16,entities:1 \
    --ready-file "$work/brokers" >"$work/broker.log" 2>&1 &
broker=$!
tries=0
until test -s "$work/brokers"; do
    tries=$((tries + 1))
    if ! kill -0 "$broker" 2>/dev/null || test "$tries" -gt 300; then
        cat "$work/broker.log" >&2
        say "the broker did not start"
        exit 1
    fi
    sleep 0.1
done

VIGIL_KAFKA_BOOTSTRAP_SERVERS=$(cat "$work/brokers")
VIGIL_POSTGRES_HOST=$pg
VIGIL_POSTGRES_USER=vigil
VIGIL_POSTGRES_DATABASE=vigil
VIGIL_MODEL_PATH=$model
VIGIL_PRIVACY_KEY_FILE=$work/privacy_key
od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$VIGIL_PRIVACY_KEY_FILE"
export VIGIL_KAFKA_BOOTSTRAP_SERVERS VIGIL_POSTGRES_HOST VIGIL_POSTGRES_USER VIGIL_POSTGRES_DATABASE \
    VIGIL_MODEL_PATH VIGIL_PRIVACY_KEY_FILE

"$vigil" migrate
say "brokers    $VIGIL_KAFKA_BOOTSTRAP_SERVERS"
say "PostgreSQL psql -h $pg -U vigil vigil"
say "publish    $vigil publish --brokers $VIGIL_KAFKA_BOOTSTRAP_SERVERS --topic transactions --labels-topic labels …"
say "Ctrl-C stops all of it"

"$vigil" run "$@" &
processor=$!
trap 'kill -TERM "$processor" 2>/dev/null || true' INT TERM
status=0
while kill -0 "$processor" 2>/dev/null; do
    status=0
    wait "$processor" || status=$?
done
exit "$status"
