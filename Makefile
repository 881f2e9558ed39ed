# make up      from a fresh clone to a running dev network on the local target
# make help    the rest

.DEFAULT_GOAL := help
SOAK := $(wildcard test/integration/*kill*.test.ts)
.PHONY: help up down preview env check test soak bench lint format expected docs clean packages

help: ## show this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: packages ## deploy the dev stack on the local target
	@local/run bin/chainfleet up --stack dev

down: packages ## destroy the dev stack and stop everything local
	@status=0; local/run bin/chainfleet down --stack dev --yes || status=$$?; local/stop; exit $$status

preview: packages ## show what make up would change
	@local/run bin/chainfleet preview --stack dev

env: packages ## print the environment for the Pulumi CLI: eval "$(make -s env)"
	@local/env

check: lint ## types, lint rules and unit tests: what make test does without the engine and the contracts
	@npx vitest run --project unit

test: packages ## type check, lint, unit and integration tests
	@node test/run.js

soak: packages ## run the tests with seeded kills as often as they are meant to run (many hours on two cores)
	@CHAINFLEET_SOAK=1 local/run --tools-only npx vitest run --project integration $(SOAK)

bench: packages ## run the benchmarks, or one of them: make bench ONLY=dev-up
	@ONLY="$(ONLY)" $(if $(PARTS),PARTS="$(PARTS)") local/run --tools-only node bench/run.js

lint: packages ## check types, lint rules, format and import cycles
	@npx tsc -p .
	@npx biome check .
	@npm run --silent cycles

format: packages ## put the code into the one format
	@npx biome check --write .

expected: packages ## regenerate test/expected: what the example stacks make
	@node test/dump.js

docs: packages ## regenerate docs/config.md, docs/config.schema.json and the graphs in docs/concepts.md
	@node docs/generate.js

clean: ## stop everything local and delete what was made here, the dev stack's state too
	@if [ -d node_modules -a -d local/node_modules ]; then local/stop; fi
	@rm -rf .chainfleet node_modules local/node_modules

# The product's packages and those that only the local target needs; both are installed at the same time.
packages:
	@$(MAKE) --silent --no-print-directory --jobs=2 node_modules/.installed local/node_modules/.installed

# npm ci empties the folder first, so a stamp inside it is gone after an interrupted run.
node_modules/.installed: package.json package-lock.json .npmrc
	@$(call install,.,npm packages)

local/node_modules/.installed: local/package.json local/package-lock.json local/.npmrc
	@$(call install,local,npm packages of the local target)

# A folder's packages: $(call install,FOLDER,NAME)
define install
echo "installing $(2)" >&2; start=$$(date +%s); (cd $(1) && npm ci --loglevel=error) >&2 && touch $@ && \
  echo "$(2): installed in $$(($$(date +%s) - start)) s" >&2
endef
