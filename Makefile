# Thin names for commands that can also be pasted.

.PHONY: run release test prove faults bench growth overload check deny generated image-check web-check web-test

# Serves on http://127.0.0.1:8000 with nothing set up, and the browser client with it. Where Node.js cannot be had it starts
# without.
run:
	scripts/need cargo cc --optional node
	scripts/web-client
	cargo run

# The binary that ships, with the browser client in it: target/release/taskhive.
release:
	scripts/need cargo cc node
	scripts/web-client
	cargo build --release --locked

# All tests; then once more those that drive the service from outside, on PostgreSQL instead of SQLite. The server is started
# for them and removed afterwards.
test:
	scripts/need cargo cc node python3 postgres
	scripts/with-node scripts/with-postgres cargo test --workspace
	TASKHIVE_TEST_DATABASE=postgres scripts/with-node scripts/with-postgres cargo test --workspace --test it -- api::

# Proves that no change is missed, with as many changes as you like: copies are kept while connections are cut, instances are
# killed and the database crashes. `PROVE_CHANGES=1000 make prove` takes about a minute; `PROVE_SEED`, which is printed,
# chooses what is random. `make test` has a short one.
prove:
	scripts/need cargo cc node python3 postgres
	PROVE_CHANGES=$${PROVE_CHANGES:-10000} scripts/with-node cargo test --package taskhive --test proof -- --nocapture --test-threads 1

# What becomes of writes while the service, its database or what lies between them fails, many times over, in a few minutes:
# docs/reliability.md says what to expect. `FAULT_ROUNDS=100 make faults` takes longer; `make test` has one round of each.
faults:
	scripts/need cargo cc python3 postgres
	FAULT_ROUNDS=$${FAULT_ROUNDS:-10} scripts/with-postgres cargo test -p taskhive --test it -- outages:: --nocapture

# What a request costs, against a hand-written service and against the plain idiom of the same stack, on a private PostgreSQL
# server and on SQLite; docs/performance.md gets the figures. `BENCH_SECONDS=1 BENCH_ROUNDS=1 BENCH_SCALE=0.1 make bench` tries it.
bench:
	scripts/need cargo cc postgres
	scripts/bench

# What a request costs with more and more tasks, people, subscriptions, sign-outs and instances: tables and plots. And what
# becomes of three times as many requests as can be served. Both go to docs/performance.md.
growth overload:
	scripts/need cargo cc postgres
	scripts/bench $@

# Format, lints, documentation, and what the crates may depend on. Warnings are errors here and nowhere else.
check:
	scripts/need cargo cc
	cargo fmt --all --check
	cargo fmt --check --manifest-path bench/Cargo.toml
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps
	scripts/check-layers

# The image, as far as that goes without a container engine: its Dockerfile is linted, and the binary runs in the root that the
# file describes.
image-check:
	scripts/need cargo cc python3
	cargo build
	scripts/try-image $${CARGO_TARGET_DIR:-target}/debug/taskhive

# The browser client: types made from the schema are up to date, everything fits together, its parts work.
web-check:
	scripts/need node
	scripts/web-client
	cd web && ../scripts/with-node npm run check
	cd web && ../scripts/with-node npm test

# The browser client, all of it, in a real browser against the binary.
web-test:
	scripts/need cargo cc node chromium
	scripts/web-client
	cargo build
	cd web && ../scripts/with-node npm run e2e

# Licences and sources of all dependencies, and known vulnerabilities where the list of them can be had.
deny:
	scripts/need cargo cc
	scripts/check-dependencies

# Writes what is made from the code: schema.graphql, .env.example and the table of settings in the README.
generated:
	scripts/generate
