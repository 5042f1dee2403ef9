#!/bin/sh
# How long a build takes after one line of one room has changed: each room's mod.rs gets a comment, which is taken out again.
# Writes its table at the end of docs/benchmarks.md. Goal: 20 s.
set -eu
cd "$(dirname "$0")/.."

room=
put_back() { [ -z "$room" ] || cp "$kept" "src/$room/mod.rs"; rm -f "$kept" "$table"; }
kept=$(mktemp)
table=$(mktemp)
trap put_back EXIT
trap 'exit 130' INT TERM HUP

cargo build --quiet
for next in conversations loyalty web; do
    cp "src/$next/mod.rs" "$kept"
    room=$next
    echo "// A line more." >>"src/$room/mod.rs"
    began=$(date +%s%N)
    cargo build --quiet
    took=$((($(date +%s%N) - began) / 100000000))
    cp "$kept" "src/$room/mod.rs"
    room=
    echo "| \`src/$next\` | $((took / 10)).$((took % 10)) s | ≤ 20 s |" | tee -a "$table"
done
cargo build --quiet

before=$(sed '/^## Building again/,$d' docs/benchmarks.md)
{
    printf '%s\n\n' "$before"
    printf '## Building again\n\n%s: `cargo build` after one line of a room has changed, on %s cores.\n\n' "$(date +%F)" "$(nproc)"
    printf '| room | measured | goal |\n| --- | --- | --- |\n'
    cat "$table"
} >"$kept"
cp "$kept" docs/benchmarks.md
