# Thin names for commands that can also be pasted.

.PHONY: run test check deny generated web-check web-test

# Serves on http://127.0.0.1:8000 with nothing set up. With Node.js the browser client is built first and is at that address;
# without it the service starts all the same.
run:
	scripts/need cc
	scripts/web-client
	cargo run

# All tests; then once more those that drive the service from outside, on PostgreSQL instead of SQLite. The server is started
# for them and removed afterwards.
test:
	scripts/need cc node npm python3
	scripts/with-postgres cargo test --workspace
	TASKHIVE_TEST_DATABASE=postgres scripts/with-postgres cargo test --workspace --test it -- api::

# Format, lints, documentation, and what the crates may depend on. Warnings are errors here and nowhere else.
check:
	scripts/need cc
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps
	scripts/check-layers

# The browser client: types made from the schema are up to date, everything fits together, its parts work.
web-check:
	scripts/need node npm
	scripts/web-client
	cd web && npm run check && npm test

# The browser client, all of it, in a real browser against the binary.
web-test:
	scripts/need cc node npm chromium
	scripts/web-client
	cargo build
	cd web && npm run e2e

# Licences and sources of all dependencies, and known vulnerabilities where the list of them can be had.
deny:
	scripts/check-dependencies

# Writes what is made from the code: schema.graphql, .env.example and the table of settings in the README.
generated:
	scripts/generate
