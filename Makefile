# Everything one does with this project. `make help` lists it.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# The steps of `make test` build on each other and share two cores well enough by themselves.
.NOTPARALLEL:

target := $(or $(CARGO_TARGET_DIR),target)
npm := npm --prefix frontend
modules := frontend/node_modules/.installed
spa := frontend/dist/index.html
spa_sources := $(shell find frontend/src frontend/public frontend/index.html frontend/*.ts frontend/*.json frontend/scripts docs/*.md -type f 2>/dev/null | sed 's/ /\\ /g')

# Tests add to this file what they skip, since runners hide what passed tests print: see crates/test-support/src/skip.rs.
export POLICYTAB_SKIPS := $(abspath $(target))/skipped.txt

say = @printf '\033[1m==> %s\033[0m\n' $(1)

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- Running -------------------------------------------------------------------------------------------------------

.PHONY: run
run: tools $(modules) $(spa) ## Build and start everything: database, emulator, demo MSP, server
	$(call say,'Building the server (the first time takes some minutes)')
	cargo build --locked --profile fast -p policytab-api --bin policytab
	$(call say,'Starting; Ctrl-C stops everything')
	@exec $(target)/fast/policytab demo

# --- Checking ------------------------------------------------------------------------------------------------------

.PHONY: test
test: test-setup test-lint test-supply test-rust test-frontend test-openapi test-e2e test-fuzz ## Set up what tests need and run all of them
	$(call say,'All tests have passed')
	@if [ -s "$(POLICYTAB_SKIPS)" ]; then echo 'Not tried here, and why:'; sort -u "$(POLICYTAB_SKIPS)" | sed 's/^/  /'; fi

.PHONY: test-setup
test-setup: $(modules) $(spa)
	$(call say,'Setting up what the tests need')
	@mkdir -p $(target)
	@rm -f "$(POLICYTAB_SKIPS)"
	@scripts/setup-tests.sh

.PHONY: test-lint
test-lint: lint

.PHONY: test-rust
test-rust: $(modules) $(spa) ## Rust: unit and integration tests on a private PostgreSQL, documentation tests
	$(call say,'Rust tests')
	cargo nextest run --locked --workspace
	cargo test --locked --workspace --doc --quiet

.PHONY: test-frontend
test-frontend: $(modules) ## SPA: component tests
	$(call say,'SPA tests')
	$(npm) test

# Neither asks an advisory database, which is not everywhere in reach: see `make advisories`.
.PHONY: test-supply
test-supply: $(modules) ## What is depended on: sources, hashes and licences in both lock files
	$(call say,'Dependencies')
	cargo deny --locked check licenses bans sources
	node frontend/scripts/check-lock.mjs

.PHONY: advisories
advisories: $(modules) ## Known vulnerabilities in what is depended on; needs the network (GitHub and the npm registry)
	cargo deny --locked check advisories
	$(npm) audit --omit=dev

.PHONY: sbom
sbom: tools ## Bills of materials of server and SPA (CycloneDX) into target/sbom
	$(call say,'Bills of materials')
	scripts/sbom.sh

# The program that the integration tests use as well. Nothing to do right after test-rust, and the same artefacts: a
# plain `cargo build` would compile shared dependencies once more, without the features that tests add.
.PHONY: program
program: $(modules) $(spa)
	@cargo test --locked --workspace --no-run --quiet

.PHONY: test-openapi
test-openapi: program ## The published API description: current and valid
	$(call say,'API description')
	scripts/check-openapi.sh
	$(npm) run openapi:lint

.PHONY: test-e2e
test-e2e: program ## Real server, database and emulator: a generated client and a browser walk through
	$(call say,'Generated client and browser against the real server')
	scripts/with-demo.sh scripts/test-e2e.sh

# The same requests each time; about half a minute.
.PHONY: test-fuzz
test-fuzz: program ## Random requests by the published API description, in short
	$(call say,'Random requests by the API description')
	POLICYTAB_RATE_PER_CALLER=0 POLICYTAB_RATE_PER_ADDRESS=0 scripts/with-demo.sh scripts/fuzz-api.sh 10 20261129

# Longer: other requests each time (the seed is printed), the readers for FUZZ_MINUTES, more requests that hang up.
.PHONY: fuzz
fuzz: test-setup program ## The long form: random requests and documents, interrupted requests (FUZZ_MINUTES); on the loopback interface only
	$(call say,'Random requests by the API description')
	POLICYTAB_RATE_PER_CALLER=0 POLICYTAB_RATE_PER_ADDRESS=0 scripts/with-demo.sh scripts/fuzz-api.sh 200
	$(call say,'Random documents, archives, rules, addresses and tokens')
	scripts/fuzz-readers.sh
	$(call say,'Requests that hang up')
	POLICYTAB_HANG_UPS=100000 cargo nextest run --profile long --locked -p policytab-store -E 'test(hanging_up_leaves_no_trace)' --no-capture
	$(call say,'Guesses at passwords')
	POLICYTAB_GUESSES=10000 cargo nextest run --profile long --locked -p policytab-api -E 'test(of_any_number_of_guesses)' --no-capture

.PHONY: screenshots
screenshots: program ## Every screen of a demo fleet, light and dark, at two widths, into frontend/test-results/screenshots
	POLICYTAB_DEMO_ARGS= scripts/with-demo.sh $(npm) run screenshots

.PHONY: lint
lint: $(modules) $(spa) ## Formatting, clippy, types, ESLint
	$(call say,'Formatting and lints')
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	$(npm) run typecheck
	$(npm) run lint

.PHONY: bench
bench: $(modules) $(spa) ## Measure against the targets; prints one table
	bench/run.sh

.PHONY: chaos
chaos: $(modules) $(spa) ## Kill, cut and confuse everything while two MSPs work: the books must balance (CHAOS_SECONDS, CHAOS_SEED, POLICYTAB_KILLS, POLICYTAB_AWAY)
	$(call say,'Chaos')
	CHAOS_SECONDS="$${CHAOS_SECONDS:-240}" cargo test --locked --workspace --quiet --test chaos -- --nocapture books_balance
	$(call say,'Workers killed at random moments, and tenants that never end an answer')
	POLICYTAB_KILLS="$${POLICYTAB_KILLS:-200}" cargo nextest run --profile long --locked -p policytab-api --run-ignored all --no-capture \
		-E 'test(workers_killed_at_random_moments) | test(whatever_never_ends)'
	$(call say,'The database is away')
	POLICYTAB_AWAY="$${POLICYTAB_AWAY:-60}" cargo test --locked --workspace --quiet --test robust -- --nocapture --test-threads 1 away::

.PHONY: drill
drill: $(modules) $(spa) ## Lose the database's disk, recover from its archive, say what is lost (DRILL_SECONDS); needs an installed PostgreSQL
	$(call say,'Recovery from a base backup and archived write-ahead log')
	POLICYTAB_NO_SKIPS=1 POLICYTAB_DRILL_SECONDS="$${DRILL_SECONDS:-330}" cargo nextest run --profile long --locked -p policytab-api \
		--no-capture -E 'test(a_lost_disk_costs)'

.PHONY: upgrade
upgrade: $(modules) $(spa) ## Replace an earlier version's nodes by this version's while they are used (PREVIOUS: its commit)
	$(call say,'Rolling upgrade from an earlier version')
	scripts/try-upgrade.sh

.PHONY: soak
soak: $(modules) $(spa) ## Memory of a server over a million requests, by its slope (SOAK_REQUESTS)
	$(call say,'Soak')
	SOAK_REQUESTS="$${SOAK_REQUESTS:-1000000}" cargo test --locked --profile fast -p policytab-api --quiet --test chaos -- --nocapture a_servers_memory

# --- Writing -------------------------------------------------------------------------------------------------------

.PHONY: fmt
fmt: $(modules) ## Format everything
	cargo fmt --all
	$(npm) run format

.PHONY: openapi
openapi: $(modules) $(spa) ## Write openapi/openapi.json and the SPA's types from the code
	cargo run --locked --quiet -p policytab-api --bin policytab -- openapi >openapi/openapi.json.new
	mv openapi/openapi.json.new openapi/openapi.json
	$(npm) run openapi:types

# --- Building blocks -----------------------------------------------------------------------------------------------

.PHONY: tools
tools:
	@scripts/check-tools.sh git cargo cc node npm

$(modules): frontend/package.json frontend/package-lock.json
	@scripts/check-tools.sh node npm
	$(call say,'Installing the packages of the front end')
	$(npm) ci --no-audit --no-fund
	@touch $@

# rust-embed builds the SPA into the server, so it comes first.
$(spa): $(modules) $(spa_sources)
	$(call say,'Building the SPA')
	$(npm) run build
	@touch $@

.PHONY: clean
clean: ## Remove what was built; the demo's data in .data/ stay
	rm -rf frontend/dist frontend/node_modules frontend/test-results .venv
	cargo clean
