# make up      from a fresh clone to a running dev network on the local target
# make help    the rest

.DEFAULT_GOAL := help
.PHONY: help up down preview env test bench lint format expected docs clean

help: ## show this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: node_modules ## deploy the dev stack on the local target
	@local/run bin/chainfleet up --stack dev

down: node_modules ## destroy the dev stack and stop everything local
	@status=0; local/run bin/chainfleet down --stack dev --yes || status=$$?; local/stop; exit $$status

preview: node_modules ## show what make up would change
	@local/run pulumi preview --stack dev

env: node_modules ## print the environment for the Pulumi CLI: eval "$(make -s env)"
	@local/env

test: node_modules ## type check, lint, unit and integration tests
	@node test/run.js

bench: node_modules ## run the benchmarks, or one of them: make bench ONLY=dev-up
	@ONLY="$(ONLY)" local/run --tools-only node bench/run.js

lint: node_modules ## check types, lint rules and format
	@npx tsc -p .
	@npx biome check .

format: node_modules ## put the code into the one format
	@npx biome check --write .

expected: node_modules ## regenerate test/expected: what the example stacks make
	@node test/dump.js

docs: node_modules ## regenerate docs/config.md from the config's schema
	@node docs/generate.js

clean: ## stop everything local and delete what was made here, the dev stack's state too
	@if [ -d node_modules ]; then local/stop; fi
	@rm -rf .chainfleet node_modules

# npm ci empties the folder first, so a stamp inside it is gone after an interrupted run.
node_modules: node_modules/.installed

node_modules/.installed: package.json package-lock.json .npmrc
	@echo "installing npm packages" >&2
	@start=$$(date +%s); npm ci --loglevel=error >&2 && touch $@ && \
	  echo "npm packages: installed in $$(($$(date +%s) - start)) s" >&2
