#!/bin/sh
# Makes the namespace `relance`, once the server is whole; the worker adds its search attributes itself.
set -eu

tries=0
until temporal operator cluster health; do
    tries=$((tries + 1))
    [ "$tries" -lt 30 ] || { echo "Temporal did not become healthy in a minute." >&2; exit 1; }
    sleep 2
done
temporal operator namespace describe --namespace relance >/dev/null 2>&1 ||
    temporal operator namespace create --namespace relance --retention 30d
