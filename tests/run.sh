#!/bin/sh
# What `make test` runs: format, lints, every test on both engines, the browser walk. Works as root and as a user, without a terminal.
set -eu
cd "$(dirname "$0")/.."

say() { printf '\n== %s\n' "$*" >&2; }

# Debian packages, where something they bring is missing and we may install them. Tests that need more say so themselves.
install_missing() {
    wanted=
    command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || wanted="$wanted chromium"
    fc-list :lang=zh-tw 2>/dev/null | grep -q . || wanted="$wanted fonts-noto-cjk fontconfig"
    [ -n "$wanted" ] && command -v apt-get >/dev/null 2>&1 || return 0
    if [ "$(id -u)" -eq 0 ]; then root=; elif command -v sudo >/dev/null 2>&1; then root="sudo -n"; else return 0; fi
    say "installing$wanted"
    export DEBIAN_FRONTEND=noninteractive
    $root apt-get -qq update </dev/null >&2 || true
    # shellcheck disable=SC2086
    $root apt-get -qq -y install --no-install-recommends $wanted </dev/null >&2 || say "could not install$wanted"
}

stop() { tests/postgres.sh stop; }

install_missing

say "format"
cargo fmt --check

# On a fresh checkout this also shows that the program is built where the pages' scripts were not.
say "lints"
cargo clippy --all-targets -- -D warnings

say "scripts and styles of the pages"
web/build.sh

say "PostgreSQL"
trap stop EXIT
trap 'exit 130' INT TERM HUP
SHUKE_TEST_PG=$(tests/postgres.sh start)
export SHUKE_TEST_PG

[ -n "${LINE_OPENAPI_DIR:-}" ] || say "LINE_OPENAPI_DIR is not set: requests are NOT held against LINE's own description"

say "tests"
if cargo nextest --version >/dev/null 2>&1; then cargo nextest run --no-fail-fast "$@"; else cargo test --no-fail-fast "$@"; fi

# What runs in a browser: the islands by themselves, then the walk through a demo. Named tests leave both out.
[ "$#" -eq 0 ] || exit 0
if ! command -v node >/dev/null 2>&1; then
    say "Node 20 is missing: the pages' scripts and the browser walk cannot be tested"
    exit 1
fi
say "scripts of the pages"
npm --prefix web run --silent test

say "browser walk"
cargo build --quiet
CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || true)}
if [ -z "$CHROMIUM" ]; then
    say "Chromium is missing: install the package chromium, or name one with CHROMIUM=/path/to/it"
    exit 1
fi
export CHROMIUM
node web/walk.mjs
