# Needs Python 3.11 or newer, make and a compiler; every target sets up what it needs, once.

PYTHON  ?= python3
WORKERS ?= 2

VENV  := .venv
BIN   := $(VENV)/bin
READY := $(VENV)/.ready
PIP   := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check --no-input

.DEFAULT_GOAL := help
.PHONY: help install demo test acceptance lint bench clean

help: ## Show this list
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

install: $(READY) ## Make the environment in .venv (the other targets do it themselves)

# Pythia's newest source release has no wheels for a while, and takes an hour to compile: binaries only.
$(READY): setup.py pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "$(PYTHON) is not Python 3.11 or newer: name one, e.g. make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' || \
	    { echo "$(PYTHON) cannot make environments: install its venv package, e.g. apt install python3-venv" >&2; exit 1; }
	@echo "installing into $(VENV): some minutes, once"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --upgrade pip
	@$(PIP) install --prefer-binary --only-binary pythia8mc,xrootd --editable ".[dev,samples,notebook,xgboost,dask,onnx,xrootd]"
	@touch $@

demo: $(READY) ## Jets from Pythia to a ROC curve, in a few minutes
	$(BIN)/hepml demo jets -o demo --workers $(WORKERS)

test: lint ## Lint, types, layers, unit and integration tests (under 15 minutes on 2 cores)
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --durations=15

acceptance: $(READY) ## Whole workflows: demos, notebooks, kills, HTCondor (under 30 minutes on 2 cores)
	$(BIN)/python -m pytest tests/acceptance -m acceptance --durations=0

lint: $(READY) ## Style, format, types and the order of the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: $(READY) ## Speed and memory, as ratios within one run
	$(BIN)/python tests/benchmarks/run.py

clean: ## Remove everything that make made, the environment too
	rm -rf $(VENV) demo build dist hepml.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
