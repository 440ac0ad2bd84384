# Every target is self-sufficient: on a fresh machine with Python 3.11-3.13 and make it builds .venv first.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help venv demo up test prove bench lint format types imports names deps check clean

help: ## Show the targets
	@awk -F':.*## ' '/^[a-z][a-z-]*:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): pyproject.toml constraints.txt tools/requirements-dev.txt
	@$(PYTHON) tools/check_python.py
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing mulgil and its tools into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e . -r tools/requirements-dev.txt
	@touch $@

venv: $(STAMP) ## Create .venv and install mulgil with its development tools

demo: $(STAMP) ## The main job: two weeks of flights through every process, then killed and compared
	@$(BIN)/python examples/nyc_flights/demo.py

up: $(STAMP) ## Start mulgil on the home (MULGIL_HOME, default ~/mulgil)
	@$(BIN)/mulgil up

test: $(STAMP) ## Every test tier but the long ones
	@$(BIN)/python -m pytest --proof=out/proof.json

prove: $(STAMP) ## The long proofs: real kills under load, long simulation, January by backfill (FULL=1: the year)
	@$(BIN)/python -m pytest -m long --proof=out/proof.json

bench: $(STAMP) ## Measure; writes benchmarks/out/bench.json and prints it
	@$(BIN)/python -m benchmarks

lint: $(STAMP) ## Formatting and lint rules
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

format: $(STAMP) ## Format and fix what can be fixed
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

types: $(STAMP) ## Static types
	@$(BIN)/mypy
	@$(BIN)/mypy examples/nyc_flights benchmarks

imports: $(STAMP) ## Who may import whom
	@$(BIN)/lint-imports --no-logo

names: $(STAMP) ## Names, glossary spelling, __init__ purity
	@$(BIN)/python tools/check_names.py

deps: $(STAMP) ## Declared and used dependencies agree
	@$(BIN)/deptry .

check: lint types imports names deps ## All static checks

clean: ## Remove what the targets made
	rm -rf $(VENV) out benchmarks/out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
