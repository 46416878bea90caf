# Each of these sets itself up: a virtual environment in .venv/ with the pinned packages.
#   make demo      grade a class of twelve on assignments 01 to 06, and check every grade
#   make test      run all tests
#   make lab       a student's JupyterLab: lessons and assignments in student/, from a start page;
#                  with LANGUAGE=fa in a language, in student-fa/
#   make teach     a teacher's JupyterLab: the whole course, with formgrader
#   make grade     grade what is in submitted/: make grade ASSIGNMENT=01-loss-functions
#   make bench     compare the grading engine with stock nbgrader (about half an hour)
#   make bench-lab compare the framework with scikit-learn and PyTorch (where installed) on MNIST;
#                  with OPTIONS=--one-thread by the clock of the processor, on a machine that does other work
#   make site      the course in the browser: a folder of files for any web server, in site/
#   make release   regenerate release/ after a change in source/ or misconceptions/;
#                  with LANGUAGE=fa write the course in a language into translated/fa/, and what grading says
#                  to its students into languages/fa/: TRANSLATING.md
#   make lock      renew constraints.txt, the versions of all that the pinned packages need; take the oldest Python 3.11
#   make tidy      take outputs and counts out of the notebooks in source/ and lessons/, format the Python files

.PHONY: demo test lab teach grade bench bench-lab site release lock tidy
.DELETE_ON_ERROR:

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
# Install a Debian package where we are allowed to; fail where not.
apt = { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1) >/dev/null; }
export PATH := $(CURDIR)/$(BIN):$(PATH)

demo: .venv/ready
	$(BIN)/python -m tools.demo

test: .venv/ready-dev
	@$(MAKE) --silent .venv-site/ready || echo "JupyterLite could not be installed: the tests of the browser edition are skipped."
	WHOLE_SITE=1 $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

lab: .venv/ready-student
	$(BIN)/python -m $(if $(LANGUAGE),tools.translate lab $(LANGUAGE),tools.student) $(OPTIONS)

teach: .venv/ready
	$(BIN)/jupyter lab --LabApp.default_url=/formgrader

grade: .venv/ready
	$(BIN)/python -m grading autograde $(ASSIGNMENT)

bench: .venv/ready
	$(BIN)/python -m tools.bench

bench-lab: .venv/ready
	$(BIN)/python -m lab.compare $(OPTIONS)

site: .venv/ready .venv-site/ready
	$(BIN)/python -m tools.site $(OPTIONS)
	$(BIN)/python -m tools.pages

release: .venv/ready
	$(BIN)/python -m $(if $(LANGUAGE),tools.translate release $(LANGUAGE),tools.release)

lock:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet -r requirements-dev.txt
	{ echo "# Written by make lock: the versions that were tested, of all that the pinned packages need."; \
	  .venv-lock/bin/python -m pip freeze; } > constraints.txt
	rm -r .venv-lock

tidy: .venv/ready-dev
	$(BIN)/nbstripout --keep-id source/*/*.ipynb lessons/*.ipynb
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

PINNED = requirements-student.txt requirements.txt constraints.txt
INSTALL = $(BIN)/python -m pip install --quiet -c constraints.txt

.venv/ready-student: requirements-student.txt constraints.txt | .venv/bin/pip
	$(INSTALL) -r requirements-student.txt
	touch $@

.venv/ready: $(PINNED) | .venv/bin/pip
	$(INSTALL) -r requirements.txt
	@command -v bwrap >/dev/null || $(call apt,bubblewrap) || \
	  echo "bubblewrap is not installed: grading works, but without a sandbox, and says so. See grading/README.md."
	touch .venv/ready-student $@

.venv/ready-dev: requirements-dev.txt $(PINNED) | .venv/bin/pip
	$(INSTALL) -r requirements-dev.txt
	@command -v bwrap >/dev/null || $(call apt,bubblewrap) || echo "bubblewrap is not installed: its tests are skipped."
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || $(call apt,postgresql) || \
	  echo "PostgreSQL is not installed: its tests are skipped."
	@command -v chromium >/dev/null || $(call apt,chromium) || echo "Chromium is not installed: its tests are skipped."
	touch .venv/ready-student .venv/ready $@

# An environment of its own: JupyterLite wants an older JupyterLab.
.venv-site/ready: requirements-site.txt | .venv/bin/pip
	$(PYTHON) -m venv .venv-site
	.venv-site/bin/python -m pip install --quiet -r requirements-site.txt
	touch $@

# Debian's Python comes without venv: install it where we are allowed to.
.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; found: $$($(PYTHON) --version 2>&1). Try: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  $(call apt,python3-venv) || \
	  { echo "This Python has no venv module. Install it first, for example: sudo apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
