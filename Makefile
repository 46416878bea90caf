# Each of these sets itself up: a virtual environment in .venv/ with the pinned packages.
#   make demo      grade a class of twelve on assignments 01 to 05, and check every grade
#   make test      run all tests
#   make lab       open JupyterLab on the course
#   make bench-lab compare the framework with scikit-learn and PyTorch (where installed) on MNIST
#   make release   regenerate release/ after a change in source/ or misconceptions/
#   make tidy      take outputs and counts out of the notebooks in source/ and lessons/, format the Python files

.PHONY: demo test lab bench-lab release tidy
.DELETE_ON_ERROR:

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

demo: .venv/ready
	$(BIN)/python -m tools.demo

test: .venv/ready-dev
	$(BIN)/python -m pytest

lab: .venv/ready
	$(BIN)/jupyter lab

bench-lab: .venv/ready
	$(BIN)/python -m lab.compare

release: .venv/ready
	$(BIN)/python -m tools.release

tidy: .venv/ready-dev
	$(BIN)/nbstripout --keep-id source/*/*.ipynb lessons/*.ipynb
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

.venv/ready: requirements.txt | .venv/bin/pip
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $@

.venv/ready-dev: requirements-dev.txt requirements.txt | .venv/bin/pip
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	touch .venv/ready $@

# Debian's Python comes without venv: install it where we are allowed to.
.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; found: $$($(PYTHON) --version 2>&1). Try: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq python3-venv; } || \
	  { echo "This Python has no venv module. Install it first, for example: sudo apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
