#!/bin/sh
# Installs from Debian 12 what vigil is built and tested with. Quick and silent when all is there.
set -eu

required="librdkafka-dev libpq-dev libopenblas-dev pkg-config gzip ca-certificates"
optional="kcat"

fail() {
    echo "bootstrap: $*" >&2
    exit 1
}

installed() {
    test "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed
}

has_server() {
    for candidate in /usr/lib/postgresql/*/bin/initdb; do
        test -x "$candidate" && return 0
    done
    command -v initdb >/dev/null 2>&1
}

command -v dpkg-query >/dev/null 2>&1 ||
    fail "this is no Debian; install by hand: librdkafka, libpq, OpenBLAS (with headers), pkg-config and PostgreSQL"

missing=""
for package in $required; do
    installed "$package" || missing="$missing $package"
done
has_server || missing="$missing postgresql"
test -n "$missing" || exit 0

if test "$(id -u)" -eq 0; then
    as_root=""
elif command -v sudo >/dev/null 2>&1; then
    as_root="sudo"
else
    fail "missing:$missing. Run this as root, or install sudo"
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT

install_packages() {
    # Unquoted on purpose: lists of words.
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >>"$log" 2>&1
}

# The package lists may be absent or too old: fetch them only then.
install_or_update() {
    install_packages "$@" && return
    # shellcheck disable=SC2086
    $as_root apt-get update -q >>"$log" 2>&1 && install_packages "$@" && return
    cat "$log" >&2
    fail "could not install: $*"
}

echo "bootstrap: installing$missing" >&2

# A server of the machine's own is not wanted: vigil starts throwaway ones. Left alone where Debian's tools are set up.
config=/etc/postgresql-common/createcluster.conf
case "$missing" in
*postgresql*)
    if ! installed postgresql-common; then
        install_or_update postgresql-common
        # shellcheck disable=SC2086
        $as_root sed -i 's/^#\{0,1\} *create_main_cluster *=.*/create_main_cluster = false/' "$config"
    fi
    ;;
esac

# shellcheck disable=SC2086
install_or_update $missing
# shellcheck disable=SC2086
install_packages $optional || echo "bootstrap: $optional is not available; nothing needs it" >&2
