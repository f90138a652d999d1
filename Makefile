# On a new machine `make run` or `make test` is all there is to type; Python 3.11 or newer is all that must be there.

VENV := .venv
ARGS ?=
BIN  := $(VENV)/bin

# What would lead Python or its tools astray in the set-up: a user means it for other programs.
unexport PYTHONHOME PYTHONPATH PYTHONPLATLIBDIR PYTHONSAFEPATH PYTHONUSERBASE PYTHONINSPECT PYTHONOPTIMIZE PYTHONWARNINGS
unexport PYTHONEXECUTABLE __PYVENV_LAUNCHER__ VIRTUAL_ENV MYPYPATH PYTEST_PLUGINS PYTEST_DISABLE_PLUGIN_AUTOLOAD

# The first interpreter that is new enough and can make a virtual environment; `make run PYTHON=…` names another.
SUITS  := import ensurepip, sys; sys.exit(sys.version_info < (3, 11))
PYTHON = $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -I -c '$(SUITS)' >/dev/null 2>&1 && echo $$p && break; done)

# A set-up belongs to the place where it was made: where the clone was moved or copied, or the Python went away, it is made again.
PLACE := $(CURDIR) $(VENV)
STALE := $(shell [ ! -e $(VENV)/ready-to-run ] || { [ "$$(cat $(VENV)/ready-to-run)" = "$(PLACE)" ] && \
	$(BIN)/python -I -c 'import click, dvara_examples' 2>/dev/null; } || echo stale)

define NEW_VENV
	if ! "$(PYTHON)" -I -c '$(SUITS)' >/dev/null 2>&1; then \
		echo "error: expected Python 3.11 or newer with the module venv, found none" >&2; \
		echo "hint: install it (Debian and Ubuntu: apt install python3-venv) or name one: make PYTHON=/path/to/python3" >&2; exit 1; \
	fi; \
	echo "setting up $(VENV) with $(PYTHON)" && "$(PYTHON)" -I -m venv --clear $(VENV)
endef

# What `make lock` may and may not write: no address of an index, as everybody's own configuration names it.
COMPILE = $(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-annotate
INSTALL = $(BIN)/python -I requirements/install.py

.PHONY: stale run test test-all coverage lint bench fuzz mutants lock schema docs endings gateways clients clients-manifest clients-latest clients-newer clean \
	help
.DEFAULT_GOAL := help

run: $(VENV)/ready-to-run ## set up, then run all examples on the embedded gateway (ARGS="-l node" narrows it down)
	@$(BIN)/dvara-examples run all $(ARGS)

test: lint ## set up, then check style and types and run the fast tests (ARGS="-k sse" narrows them down)
	@$(BIN)/python -m pytest -n auto --dist worksteal -m "not slow" $(ARGS)

test-all: lint ## the same with every test: conformance, real installs, other gateways
	@$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

coverage: $(VENV)/ready-to-test ## run every test, and tell which branches of the program they reach
	@$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report=term $(ARGS)

lint: $(VENV)/ready-to-test ## check style, layers and types
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/lint-imports
	@$(BIN)/mypy

bench: $(VENV)/ready-to-test ## measure start-up, the manifest, the tap, runs against their lower bound, and one trivial case
	@for part in startup manifest tap run_all trivial; do $(BIN)/python -m bench.$$part || exit 1; done

fuzz: $(VENV)/ready-to-test ## lead 100 000 random streams past the tap (ARGS="--tries 1000000" for more)
	@$(BIN)/python -m bench.fuzz $(ARGS)

mutants: $(VENV)/ready-to-test ## change one thing at a time in what decides a verdict, and ask whether a fast test notices
	@$(BIN)/python -m bench.mutants $(ARGS)

# A set-up that was interrupted leaves `unfinished` behind and is made again; one that is done needs no network again.
$(VENV)/ready-to-run: pyproject.toml requirements/run.txt $(STALE)
	@if [ -n "$(STALE)" ] || [ -e $(VENV)/unfinished ] || ! $(BIN)/python -I -m pip --version >/dev/null 2>&1; then $(NEW_VENV); fi
	@rm -f $(VENV)/ready-to-* && touch $(VENV)/unfinished
	@$(INSTALL) requirements/run.txt --project . --editable
	@rm $(VENV)/unfinished && echo "$(PLACE)" >$@

$(VENV)/ready-to-test: $(VENV)/ready-to-run requirements/dev.txt
	@echo "adding what the tests need to $(VENV)" && mv $< $(VENV)/unfinished
	@$(INSTALL) requirements/dev.txt
	@mv $(VENV)/unfinished $< && touch $< $@

lock: $(VENV)/ready-to-test ## pin the newest releases of everything that is installed anywhere
	$(COMPILE) --python-version 3.11 pyproject.toml --all-extras requirements/build.in --output-file requirements/run.txt
	$(COMPILE) --python-version 3.11 pyproject.toml --all-extras requirements/build.in --group test --group lint \
		--constraint requirements/run.txt --output-file requirements/dev.txt
	$(COMPILE) --python-version 3.10 examples/python/requirements.in --output-file examples/python/requirements.txt
	$(COMPILE) --python-version 3.10 examples/python/anthropic/requirements.in \
		--output-file examples/python/anthropic/requirements.txt
	$(COMPILE) --python-version 3.10 examples/python/anthropic/requirements-lowest.in \
		--output-file examples/python/anthropic/requirements-lowest.txt
	$(COMPILE) --python-version 3.10 examples/python/requirements-lowest.in --output-file examples/python/requirements-lowest.txt
	for list in python python/openai2; do $(COMPILE) --python-version 3.11 examples/integrations/$$list/requirements.in \
		--output-file examples/integrations/$$list/requirements.txt || exit 1; done
	$(COMPILE) --python-version 3.11 --no-deps runner/dvara_examples/toolchains/node_runtime.in \
		--output-file runner/dvara_examples/toolchains/node_runtime.txt
	$(COMPILE) --python-version 3.11 tests/data/foreign_gateway/requirements.in \
		--output-file tests/data/foreign_gateway/requirements.txt
	$(BIN)/python requirements/lock_node.py examples/node examples/node/lowest examples/node/anthropic examples/node/anthropic/lowest \
		examples/integrations/node examples/integrations/node/mastra runner/dvara_examples/toolchains/_node/tsx \
		runner/dvara_examples/toolchains/_node/managers/* tests/data/mdx
	cp examples/python/anthropic/requirements.txt tests/data/naive/python/anthropic/
	cp examples/node/anthropic/package.json examples/node/anthropic/package-lock.json tests/data/naive/node/anthropic/

schema: $(VENV)/ready-to-run ## renew the JSON Schemas of the manifest and the reports from the program's own words
	@$(BIN)/python -c "from dvara_examples.manifest.schema import schema_text; print(schema_text(), end='')" >examples/manifest.schema.json
	@$(BIN)/python -m dvara_examples.reports._schema runner/dvara_examples/reports

docs: $(VENV)/ready-to-run ## write the fences of the pages, and the table of the examples, anew
	@$(BIN)/dvara-examples docs sync

endings: $(VENV)/ready-to-test ## run examples and naive clients on every ending, and renew the tables of docs/endings.md
	@$(BIN)/python -m tests.endings_page

gateways: $(VENV)/ready-to-test ## measure gateways and proxies that are on PATH (ARGS: some by name), and renew docs/gateways.md
	@$(BIN)/python -m bench.gateways $(ARGS)

CLIENTS := $(BIN)/dvara-examples run --manifest examples/integrations/manifest.yaml --tag clients
REPORTS := .dvara-examples/clients

clients-manifest: $(VENV)/ready-to-test ## write examples/integrations/manifest.yaml from its lists of clients and streams
	@$(BIN)/python -m tests.clients_manifest

clients: clients-manifest ## run every client library on every stream, and renew docs/clients.md (half an hour, 1.4 gigabytes)
	@mkdir -p $(REPORTS) && $(CLIENTS) --report json=$(REPORTS)/locked.json $(ARGS)
	@$(BIN)/python -m tests.clients_page $(REPORTS)/locked.json

clients-latest: clients-manifest ## the same with today's releases: print which cells of docs/clients.md change, from what to what
	@mkdir -p $(REPORTS) && $(CLIENTS) --deps latest --report json=$(REPORTS)/latest.json $(ARGS) || true
	@$(BIN)/python -m tests.clients_page --against $(REPORTS)/latest.json

clients-newer: clients-manifest ## measure today's releases again, and renew what docs/clients.md says of them
	@mkdir -p $(REPORTS) && $(CLIENTS) --deps latest --report json=$(REPORTS)/latest.json $(ARGS) || true
	@$(BIN)/python -m tests.clients_page --newer $(REPORTS)/latest.json

clean: ## remove the set-up and all that tests and builds left behind
	rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
