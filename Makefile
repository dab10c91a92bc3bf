# `make` alone lists what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000

# Compiled modules and rewritten tests are kept: each process would make them anew (5 s a run).
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help serve test check static ruff mypy imports bench lock clean

help: ## list what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

$(VENV)/.run: requirements.lock pyproject.toml
	@echo "Building the environment in $(VENV) …"
	@$(PYTHON) -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "This needs Python 3.11 or later with venv (Debian: apt-get install python3-venv): make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/pip && $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { rm -rf $(VENV); $(PYTHON) -m venv $(VENV); }
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

serve: $(VENV)/.run ## start the demo organisation at http://127.0.0.1:8000
	@PORT=$(PORT) exec $(BIN)/fedi demo

static: $(VENV)/.dev
	@$(MAKE) --no-print-directory -j2 ruff mypy imports

ruff:
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

mypy:
	@$(BIN)/mypy

imports:
	@$(BIN)/lint-imports --no-cache

check: static ## format, lint, types, contracts, fast tests on SQLite
	@FEDI_PROPERTIES=check $(BIN)/pytest -p no:schemathesis -n 3 --dist worksteal -m "not slow and not peers and not postgres and not whole"

test: static ## everything: checks, all tests on both databases, other implementations as live peers
	@$(BIN)/pytest -n 3 --dist worksteal -m "not slow and not peers"
	@$(BIN)/pytest -m "slow or peers"

bench: $(VENV)/.dev ## rates and CPU per operation, as one table
	@$(BIN)/python -m tests.bench

lock: ## resolve the dependencies anew and write the hash-locked files
	@$(BIN)/pip install -q uv
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --no-annotate --python-version 3.11 --all-extras --group build pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --no-annotate --python-version 3.11 --all-extras --group build --group dev pyproject.toml -o requirements-dev.lock

clean: ## remove the environment and caches, never the data under var/
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
