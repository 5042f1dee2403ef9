#!/bin/sh
# A throw-away PostgreSQL for the tests: on a unix socket in a temporary folder, by a user who is not root, gone after `stop`.
#
#   tests/postgres.sh start     starts it (installs it by apt when it is missing) and prints its address
#   tests/postgres.sh url       prints the address without starting anything
#   tests/postgres.sh stop      stops it and removes its folder
#
# It lives in memory where there is room (a copy of the template then takes 30 ms, on a disk 400), without fsync.
# SHUKE_TEST_PG_SYNC=1 puts it on disk with fsync, for tests that want honest disks. Each working copy has its own.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd -P)
sync=off
[ -z "${SHUKE_TEST_PG_SYNC:-}" ] || sync=on

# Two GB are free there (df counts in kB).
has_room() { [ -w "$1" ] && [ "$(df -Pk "$1" | awk 'NR == 2 { print $4 }')" -gt 2000000 ]; }

name=shuke-pg-$(printf %s "$here" | cksum | cut -d' ' -f1)
if [ -d "/dev/shm/$name" ]; then where=/dev/shm
elif [ -d "/tmp/$name" ]; then where=/tmp
elif [ $sync = off ] && has_room /dev/shm; then where=/dev/shm
else where=/tmp; fi
folder=${SHUKE_TEST_PG_DIR:-$where/$name}
data=$folder/data

say() { echo "postgres.sh: $*" >&2; }

# As whom the server runs: it refuses to be root.
as_server() {
    if [ "$(id -u)" -ne 0 ]; then
        "$@"
        return
    fi
    if id postgres >/dev/null 2>&1; then user=postgres; else user=nobody; fi
    # In a folder that user may enter, and without our descriptors, which a server would keep open.
    (cd / && runuser -u "$user" -- "$@")
}

binaries() {
    for folder_of_binaries in /usr/lib/postgresql/15/bin /usr/lib/postgresql/1[6-9]/bin /usr/local/pgsql/bin \
        /opt/homebrew/opt/postgresql@1[5-9]/bin /usr/local/opt/postgresql@1[5-9]/bin; do
        if [ -x "$folder_of_binaries/initdb" ] && [ -x "$folder_of_binaries/postgres" ]; then
            echo "$folder_of_binaries"
            return
        fi
    done
    if command -v pg_ctl >/dev/null 2>&1 && command -v initdb >/dev/null 2>&1; then
        dirname "$(command -v pg_ctl)"
    fi
}

install_it() {
    command -v apt-get >/dev/null 2>&1 || return 0
    if [ "$(id -u)" -eq 0 ]; then root=; elif command -v sudo >/dev/null 2>&1; then root="sudo -n"; else return 0; fi
    say "installing PostgreSQL by apt"
    export DEBIAN_FRONTEND=noninteractive
    $root apt-get -qq update >&2 </dev/null || true
    $root apt-get -qq -y install postgresql-15 >&2 </dev/null || $root apt-get -qq -y install postgresql >&2 </dev/null || true
}

url() { echo "postgres://shuke@localhost/postgres?host=$folder"; }

is_running() { [ -f "$data/postmaster.pid" ] && as_server "$bin/pg_ctl" -D "$data" status >/dev/null 2>&1; }

start() {
    bin=$(binaries)
    if [ -z "$bin" ]; then
        install_it
        bin=$(binaries)
    fi
    if [ -z "$bin" ]; then
        say "PostgreSQL 15 or newer is not installed and could not be installed; install postgresql-15 and try again"
        exit 1
    fi
    is_running && return 0
    rm -rf "$folder"
    mkdir -m 755 -p "$folder"
    [ "$(id -u)" -ne 0 ] || chown "$(id -u postgres 2>/dev/null || id -u nobody)" "$folder"
    as_server "$bin/initdb" -D "$data" -U shuke --auth=trust --no-sync --encoding=UTF8 --locale=C >"$folder.log" 2>&1 || {
        cat "$folder.log" >&2
        exit 1
    }
    as_server "$bin/pg_ctl" -D "$data" -l "$folder/log" -w -t 60 -o "-c listen_addresses='' -c unix_socket_directories='$folder' \
        -c fsync=$sync -c full_page_writes=$sync -c synchronous_commit=on -c max_connections=300 -c shared_buffers=64MB \
        -c autovacuum=off -c max_wal_size=512MB" start >"$folder.log" 2>&1 </dev/null || {
        cat "$folder.log" "$folder/log" >&2
        exit 1
    }
    rm -f "$folder.log"
}

case "${1:-}" in
start)
    # Test processes that start together must agree on one cluster.
    if [ -z "${SHUKE_PG_LOCKED:-}" ] && command -v flock >/dev/null 2>&1; then
        SHUKE_PG_LOCKED=1 flock -o "$folder.lock" "$0" start
    else
        start
        url
    fi
    ;;
stop)
    bin=$(binaries)
    [ -n "$bin" ] && is_running && as_server "$bin/pg_ctl" -D "$data" -m immediate -w stop >/dev/null 2>&1 || true
    rm -rf "$folder" "$folder.log"
    ;;
url) url ;;
*)
    sed -n '2,10p' "$0" >&2
    exit 64
    ;;
esac
