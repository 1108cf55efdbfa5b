#!/bin/bash
# Exit code 0 if the console answers 200: healthcheck.sh [PATH] [PORT] [HOST]. The image has no curl, but bash.
set -u
path=${1:-/health/live}
port=${2:-9464}
host=${3:-127.0.0.1}
exec 3<>"/dev/tcp/$host/$port" || exit 1
printf 'GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$path" "$host" >&3
read -r -t 5 _ status _ <&3
test "${status:-}" = 200
