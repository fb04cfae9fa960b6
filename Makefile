# Everything a developer does, by one word each; `make help` lists them.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# The first Python that Nurture runs on: `python3` if it will do, else a versioned one.
SUITS := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	if "$$p" -c '$(SUITS)' >/dev/null 2>&1; then echo "$$p"; break; fi; done)

export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false

.DEFAULT_GOAL := help
.PHONY: help venv demo test cover check bench faults

help: ## List every target
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

venv: $(READY) ## Make the environment in .venv from requirements.lock

demo: $(READY) ## Run the whole engine on invented leads, several weeks in under two minutes
	$(BIN)/nurture demo

test: $(READY) ## Run the tests; what was left out is named at the end, with the reason
	$(BIN)/python -m pytest -n 2 --dist loadfile -rs $(ARGS)

cover: $(READY) ## Hold nurture/ to every branch, by its own tests alone
	$(BIN)/python -m pytest tests/nurture tests/content -q -n 2 --cov=nurture --cov-branch \
	  --cov-report=term-missing:skip-covered --cov-fail-under=100

check: $(READY) ## Check lint, format, types, the shelves and the README's samples
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/nurture check
	$(BIN)/nurture check --project examples/x-education
	$(BIN)/python -m pytest -q tests/test_readme.py

bench: $(READY) ## Measure sending, import, ticks, scoring, the API; the last line is JSON (ARGS=touches for one)
	@$(BIN)/python benchmarks $(ARGS)

faults: $(READY) ## Break everything that can break, and kill workers 200 times; exits 1 on any breach
	$(BIN)/python -m tests.faults $(ARGS)

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { \
	  echo "Nurture needs Python 3.11 to 3.14 with its venv module; 'python3' here is:" \
	    "$$(python3 --version 2>&1 || echo missing)."; \
	  echo "Install one (on Debian: apt-get install python3 python3-venv), or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12"; \
	  exit 2; }
	@echo "making $(VENV) with $$("$(PYTHON)" --version)"
	@rm -rf $(VENV)
	@"$(PYTHON)" -m venv $(VENV)
	@# --no-deps: the lock is whole, and pip, left to resolve, takes an extra's newest release for unpinned.
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m pip --disable-pip-version-check check
	@touch $(READY)
