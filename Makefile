# Everything a developer or the CI runs. Needs Rust, make and, for the pages' scripts and styles, Node 20.

.PHONY: demo demo-reset test walk web screens bench

# The service on 8080 with LINE in a box on 8090 and the sample brand; no LINE account, no question asked. Ctrl-C stops it.
demo: web
	cargo run -- demo

# Forgets what the demo has kept.
demo-reset:
	rm -rf data/demo

# Format, lints, all tests on SQLite and on a throw-away PostgreSQL, the browser walk; installs by apt what is missing.
test:
	tests/run.sh

# The browser walk alone; its pictures go to target/screens/.
walk: web
	cargo build
	node web/walk.mjs

# Scripts and styles of the pages. Without Node the program is built without them and says which pages are missing.
web:
	web/build.sh

# The pictures of the README, taken of a demo that starts and ends by itself. Needs Chromium and the Noto CJK fonts.
screens: web
	cargo build
	node web/screens.mjs

# How many webhooks are acknowledged beside a floor, and what the program weighs, both as it is shipped; how long a build takes
# after a change. Writes docs/benchmarks.md. Takes a while.
bench:
	cargo build
	cargo bench --profile dist
	benches/incremental.sh
