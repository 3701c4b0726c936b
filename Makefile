# Freehold's commands. `make help` lists them.
#
# Everything is installed into .venv from constraints.txt (names and versions only), by the first Python
# from 3.15 to 3.11 that is found; set PYTHON=/path/to/python to choose one.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV ?= .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?=
TEST_WORKERS ?= 3
PYTHONS ?= 3.11 3.12 3.13 3.14 3.15

unexport PYTHONDONTWRITEBYTECODE # tests start many processes, which find what was compiled
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export LITESTAR_APP := api.app:create_app

## Use

.PHONY: run
run: $(VENV)/installed ## install, set up for local use, and serve http://localhost:8000
	@$(BIN)/freehold setup $(if $(findstring command,$(origin PORT)),--port '$(PORT)')
	@exec $(BIN)/freehold serve

.PHONY: test
test: check ## check everything, then run every test
	$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist worksteal $(PYTEST_ARGS)

.PHONY: test-pythons
test-pythons: $(VENV)/installed-dev ## a part of the tests on the other supported Pythons
	@tools/test-pythons $(VENV) $(PYTHONS)

## Develop

.PHONY: check
check: $(VENV)/installed-dev ## lint, types, layers of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config pyproject.toml

.PHONY: fmt
fmt: $(VENV)/installed-dev ## format the code and apply automatic fixes
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: frontend
frontend: $(VENV)/installed-dev ## build the frontend into api/frontend/dist (needs Node.js)
	tools/frontend $(VENV)

.PHONY: frontend-dev
frontend-dev: ## serve the frontend's sources for a tenant, beside a running service: TENANT=acme [PORT=8000]
	@echo "Open http://$(or $(TENANT),acme).localhost:5173"
	cd frontend && npm ci --no-audit --no-fund --loglevel=error && FREEHOLD_URL=http://127.0.0.1:$(or $(PORT),8000) npm run dev

.PHONY: cover
cover: $(VENV)/installed-dev ## run the tests and report lines that are not covered
	$(BIN)/coverage run -m pytest $(PYTEST_ARGS)
	$(BIN)/coverage report --skip-covered --show-missing

.PHONY: pictures
pictures: $(VENV)/installed-dev ## take the pictures of the documents again (needs Chromium)
	tools/pictures $(VENV)

.PHONY: bench
bench: $(VENV)/installed-dev ## measure, and print one table of values and bounds
	$(BIN)/python -m benchmarks

.PHONY: lock
lock: ## write constraints.txt from pyproject.toml
	tools/lock

.PHONY: clean
clean: ## remove the installation and caches (keeps the data in var/)
	rm -rf $(VENV) build *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage

.PHONY: clean-data
clean-data: ## delete the local data in var/, including all tenants' databases
	rm -rf var

.PHONY: migration
migration: $(VENV)/installed-dev ## write a migration for an app whose tables changed: APP=users WHY="..."
	$(BIN)/python tools/new-migration $(if $(APP),$(APP),$(error set the app: make migration APP=users)) "$(WHY)"

.PHONY: help
help: ## this list
	@awk 'BEGIN { FS = ":.*## " } /^## / { printf "\n%s\n", substr($$0, 4) } /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# The virtual environment.

$(VENV)/python:
	@python="$${PYTHON:-}"; \
	suits() { "$$1" -c 'import sys, venv, ensurepip; sys.exit(0 if (3, 11) <= sys.version_info < (3, 16) else 3)' >/dev/null 2>&1 && [[ $$("$$1" -c 'print(1)') == 1 ]]; }; \
	needs="Freehold needs Python 3.11 to 3.15 with venv"; \
	if [[ -n $$python ]] && ! suits "$$python"; then echo "make: $$needs, which $$python is not; set PYTHON=/path/to/python" >&2; exit 1; fi; \
	for candidate in python3.15 python3.14 python3.13 python3.12 python3.11 python3; do \
		[[ -n $$python ]] && break; \
		if suits "$$candidate"; then python=$$candidate; fi; \
	done; \
	if [[ -z $$python ]]; then echo "make: $$needs, and none was found; set PYTHON=/path/to/python" >&2; exit 1; fi; \
	"$$python" -m venv $(VENV) && touch $@

$(VENV)/installed: $(VENV)/python pyproject.toml constraints.txt
	@echo "Installing Freehold into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/installed-dev: $(VENV)/python pyproject.toml constraints.txt
	@echo "Installing Freehold and its development tools into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/installed
