# One word per check, the same for a person and for CI. `make` alone lists the words.
#
# Each word that runs something first makes .venv, or brings it up to date; a stamp file in it tells
# when. Another Python: `make test PYTHON=python3.13` (in a clone without .venv, or after `make clean`).

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

# How many programs `make fuzz` tries, and which.
N      ?= 2000
SEED   ?= 0

# Small arrays gain nothing from BLAS threads, and test workers share the cores already.
ONE_THREAD := OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 MKL_NUM_THREADS=1

# -qq: errors only. The build backend is installed first, so that it too obeys the constraints.
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt

.DEFAULT_GOAL := help
.PHONY: help demo test check docs bench awkward fuzz fmt clean

help: ## list the words
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.dev ## explain a small expression, then train a network on digits
	@$(BIN)/clearprop explain "c=a+b; d=b+1; c*d" a=2 b=1
	@$(BIN)/clearprop train digits --seed 0 --out runs/digits
	@printf '\nThe report, for your browser: %s\n' "$(CURDIR)/runs/digits/report.html"

test: $(VENV)/.dev ## run all tests and the examples in the docstrings; ARGS="-k reverse" picks some
	@$(ONE_THREAD) $(BIN)/pytest -q -n auto --dist worksteal $(ARGS)

check: $(VENV)/.dev ## form, faults, types, import order, tidiness
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python scripts/tidy.py

docs: $(VENV)/.docs ## build the documentation, running its tutorials
	@$(ONE_THREAD) $(BIN)/sphinx-build -q -E -W --keep-going docs docs/_build/html
	@echo "The documentation: $(CURDIR)/docs/_build/html/index.html"

bench: $(VENV)/.bench ## compare speed with other libraries, which it installs; takes an hour
	@for file in benchmarks/bench_*.py; do $(ONE_THREAD) $(BIN)/python -m benchmarks.$$(basename $$file .py) || exit 1; done
	@$(BIN)/python -m benchmarks.compiled
	@$(BIN)/python -m benchmarks.compiled --all-cores
	@$(BIN)/python -m scripts.benchmarks_page

fuzz: $(VENV)/.dev ## hold the derivatives of random programs against each other; N=100000 SEED=0
	@$(ONE_THREAD) $(BIN)/python -m tests.fuzz -n $(N) --seed $(SEED) $(ARGS)

awkward: $(VENV)/.bench ## ask other libraries for their answers at awkward points, and make that page
	@$(ONE_THREAD) $(BIN)/python -m scripts.awkward_others
	@$(BIN)/python -m scripts.awkward_page

fmt: $(VENV)/.dev ## put the code in form, mending what can be mended
	@$(BIN)/ruff check --fix-only -q .
	@$(BIN)/ruff format .

clean: ## remove .venv and all that the other words made, except runs/
	@rm -rf $(VENV) build dist docs/_build .*_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.dev: pyproject.toml constraints.txt src/clearprop/_version.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "clearprop needs Python 3.11 or newer; name one: make PYTHON=python3.12"; exit 1; }
	@echo "Preparing $(VENV) (the first time takes a minute) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) hatchling editables
	@$(PIP) --no-build-isolation -e ".[dev]"
	@touch $@

$(VENV)/.docs $(VENV)/.bench: $(VENV)/.%: $(VENV)/.dev
	@echo "Adding what make $* needs to $(VENV) ..."
	@$(PIP) --no-build-isolation -e ".[$*]"
	@touch $@
