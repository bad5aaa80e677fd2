# Segno+: `make help` says what there is.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
ifdef PORT
export PORT
endif

.PHONY: help setup run test check bench test-live lock
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: $(VENV)/.runtime ## the .venv with what the product needs, nothing else

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Segno+ needs Python 3.11 or newer; for another one: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "This Python has no ensurepip: install it first (Debian, Ubuntu: apt install python3-venv)."; exit 1; }
	@$(PYTHON) -c 'import sqlite3, ssl' 2>/dev/null || { echo "This Python was built without sqlite3 or ssl: install the distribution's own one (Debian, Ubuntu: apt install python3), or build it anew with libsqlite3-dev and libssl-dev there."; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	@echo "Installing what the product needs into $(VENV), once …"
	@$(PY) -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	@echo "Installing what the tests and checks need into $(VENV), once …"
	@$(PY) -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@DOTENV= $(PY) manage.py compile_catalogues
	@touch $@

run: $(VENV)/.runtime ## the product with demonstration content on http://127.0.0.1:8000 (PORT=… for another)
	@exec $(PY) manage.py up --prepare

test: $(VENV)/.dev ## the whole test suite; REQUIRE_ALL=1 forbids skips (ARGS=… goes to pytest)
	@DOTENV= $(PY) manage.py compile_catalogues
	@$(PY) -m pytest -n auto --dist loadgroup $(ARGS)

check: $(VENV)/.dev ## lint, types, templates, imports, migrations, translations, deployment
	@PATH="$(CURDIR)/$(VENV)/bin:$$PATH" sh scripts/check.sh

bench: $(VENV)/.dev ## the measured claims (see docs/benchmarks.md)
	@$(PY) -m bench $(ARGS)

test-live: $(VENV)/.dev ## against Stripe's own test mode: needs STRIPE_TEST_KEY
	@$(PY) -m pytest -rs -q tests/live $(ARGS)

lock: $(VENV)/.dev ## write the locks anew from requirements*.in
	@$(VENV)/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements.in -o requirements.txt
	@$(VENV)/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements-dev.in -c requirements.txt -o requirements-dev.txt
