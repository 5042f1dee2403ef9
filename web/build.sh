#!/bin/sh
# Builds the scripts and styles of the pages into web/dist, when something has changed. Without Node it says so and goes on.
set -eu
cd "$(dirname "$0")"

if ! command -v npm >/dev/null 2>&1; then
    echo "web/build.sh: no Node here; the pages' scripts and styles are not built" >&2
    exit 0
fi
if [ ! -d node_modules ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    npm ci --no-audit --no-fund --loglevel=error </dev/null
fi
npm run --silent build </dev/null
