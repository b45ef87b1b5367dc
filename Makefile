# `make demo` and `make test` set themselves up; nothing has to be installed before but
# Python 3.11+, make and git.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
TESTS ?= tests
JOBS ?= auto

DEMO = 200 customers of a German bike shop: customer number, name, e-mail, city, postcode, \
birth date (18–80 years old), newsletter yes/no. CSV.

.PHONY: help mutants demo test check fix wheel bundle bench bench-llm bench-merge bench-judge bench-load lock clean format lint floors types

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 13

demo: $(VENV)/.runtime ## a sentence becomes a dataset, no key needed
	$(BIN)/python -m src.cli generate "$(DEMO)" --seed 7 --overwrite -o output/demo.csv

test: $(VENV)/.dev ## the whole suite
	$(BIN)/python -m pytest -n $(JOBS) $(TESTS)

check: format lint floors types test ## format, lint, import floors, types, tests

format: $(VENV)/.dev
	$(BIN)/ruff format --check .

lint: $(VENV)/.dev
	$(BIN)/ruff check .

floors: $(VENV)/.dev
	$(BIN)/lint-imports --no-cache

types: $(VENV)/.dev
	$(BIN)/mypy

fix: $(VENV)/.dev ## mend what a machine can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

wheel: $(VENV)/.dev ## dist/rowmill-*.whl, built from the sdist
	rm -rf build dist *.egg-info
	$(BIN)/python -m build --no-isolation --outdir dist .
	rm -rf build *.egg-info

bundle: wheel ## dist/rowmill.mcpb, which Claude Desktop installs with a double click
	$(BIN)/python -m tools.bundle dist/rowmill-*.whl build/bundle
	PATH="$(abspath $(BIN)):$$PATH" npx --yes @anthropic-ai/mcpb@2.1.2 pack build/bundle dist/rowmill.mcpb
	rm -rf build

bench: $(VENV)/.dev ## figures, side by side in one run
	$(BIN)/python -m bench

bench-llm: $(VENV)/.dev ## Gemini jobs against the emulator: time, tokens, faults, quotas, kills
	$(BIN)/python -m bench.llm

bench-merge: $(VENV)/.dev ## merging, pair by pair, and into a bucket
	$(BIN)/python -m bench.merge
	$(BIN)/python -m bench.bucket

bench-judge: $(VENV)/.dev ## a million rows judged and reported, beside one bare scan
	$(BIN)/python -m bench.judge

bench-load: $(VENV)/.dev ## a busy server's answers, 1,000 jobs, a job of 100,000 chunks
	$(BIN)/python -m bench.load

mutants: $(VENV)/.dev ## plants bugs in a copy and shows the suite red
	$(BIN)/python -m tests.mutants

lock: ## new requirement files (needs uv)
	uv pip compile pyproject.toml $(LOCK) -o requirements/runtime.txt
	uv pip compile pyproject.toml --group dev -c requirements/runtime.txt $(LOCK) -o requirements/dev.txt

LOCK = --universal --generate-hashes --python-version 3.11 --no-header --no-strip-extras --no-emit-index-url \
  --no-emit-find-links --quiet

$(VENV)/.runtime: requirements/runtime.txt
	@test -n "$(PYTHON)" || { echo "rowmill needs Python 3.11 or newer (python3 on PATH)"; exit 1; }
	@echo "setting up $(VENV) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes -r requirements/runtime.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.txt pyproject.toml
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@rm -rf build
	@touch $@

clean: ## forget the environment and what was built
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .hypothesis
