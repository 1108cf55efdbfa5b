#!/bin/sh
# Writes random secrets for compose.yaml into Docker/secrets; leaves those that are there.
set -eu
directory=$(dirname "$0")/secrets
mkdir -p "$directory"
# Compose mounts them as they are, and two different users read them: the directory keeps others out.
chmod 0700 "$directory"
for name in postgres_password vigil_password privacy_key; do
    test -s "$directory/$name" || od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$directory/$name"
    chmod 0644 "$directory/$name"
done
