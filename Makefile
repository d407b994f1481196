# Everything a developer runs, one word each. The first run sets up what it needs, later ones are instant.

PYTHON ?= python3
VENV ?= .venv
WORKERS ?= 2
# What times processes of its own, with limits of a second, runs beside nothing else.
ALONE := tests/unit/processes
BIN := $(VENV)/bin
BUILD := build
BRIDGE := electron-bridge
PANEL := sidecar/web/static/index.html
PACKAGE := $(BRIDGE)/dist/.built
NODE_PARTS := $(BRIDGE)/node_modules/.package-lock.json
SOURCES := $(shell find $(BRIDGE)/src $(BRIDGE)/demo/src -type f 2>/dev/null) $(wildcard $(BRIDGE)/*.config.ts)
IN_BRIDGE := cd $(BRIDGE) && SIDECAR_PYTHON=$(abspath $(BIN)/python)

.DEFAULT_GOAL := help
.PHONY: demo tour build test test-python test-bridge check check-python check-bridge bench docs format clean help
.DELETE_ON_ERROR:

demo: $(VENV)/.installed-demo $(PANEL) ## open the panel on real servers, until Ctrl-C
	@$(BIN)/python -m demo

tour: $(VENV)/.installed-demo ## show the protocol, message by message, on a real FastAPI server
	$(BIN)/python -m demo.tour

build: $(PANEL) $(PACKAGE) ## build the panel's page and the npm package

test: test-bridge test-python ## run the tests

test-python: $(VENV)/.installed-test $(PANEL) ## run the tests of the sidecar
ifdef ARGS
	$(BIN)/python -m pytest $(ARGS)
else
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal --deselect $(ALONE)
	$(BIN)/python -m pytest $(ALONE)
endif

test-bridge: $(VENV)/.installed-test $(PANEL) $(PACKAGE) ## run the tests of the bridge and the panel
	$(IN_BRIDGE) npm test
	$(IN_BRIDGE) npm run e2e

check: check-python check-bridge ## format, lint, types, import rules, architecture, fresh docs

check-python: $(VENV)/.installed-check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/architecture $(ARGS)

check-bridge: $(PACKAGE)
	cd $(BRIDGE) && npm run check && npm run check:package

bench: $(VENV)/.installed-bench $(BUILD)/pm2/.installed $(PANEL) $(PACKAGE) ## measure everything beside its floor and its peers
	$(BIN)/python -m tests.benchmarks $(ARGS)

docs: $(VENV)/.installed-demo $(NODE_PARTS) ## write protocol.md and the TypeScript types again from the models
	$(BIN)/python scripts/protocol_doc.py
	$(BIN)/python scripts/typescript_types.py
	cd $(BRIDGE) && npm run generate

format: $(VENV)/.installed-check $(NODE_PARTS) ## format the code and mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	cd $(BRIDGE) && npm run format

clean: ## remove what the other targets made
	rm -rf $(VENV) $(BUILD) dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	rm -rf sidecar/web/static $(addprefix $(BRIDGE)/,dist build node_modules demo/dist)
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or later is needed, and '$(PYTHON)' is $$($(PYTHON) -V 2>&1)." \
	       "Install one and say: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "'$(PYTHON) -m venv' failed. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

$(VENV)/.installed-%: pyproject.toml | $(VENV)/.created
	@echo "installing what '$*' needs into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$*]'
	@$(BIN)/python -m compileall -q sidecar # or each start would compile it, where PYTHONDONTWRITEBYTECODE is set
	@touch $@

$(NODE_PARTS): $(BRIDGE)/package.json $(BRIDGE)/package-lock.json
	@command -v npm >/dev/null || { \
	  echo "Node.js 20.19 or later is needed for the panel, and npm was not found." \
	       "Install it from https://nodejs.org; without the panel: python -m sidecar" >&2; exit 1; }
	@echo "installing what the bridge needs into $(BRIDGE)/node_modules"
	@cd $(BRIDGE) && ELECTRON_SKIP_BINARY_DOWNLOAD=1 npm ci --loglevel=error
	@touch $@

$(PANEL): $(NODE_PARTS) $(SOURCES)
	@cd $(BRIDGE) && npm run --silent build:web
	@touch $@

$(PACKAGE): $(NODE_PARTS) $(SOURCES)
	@cd $(BRIDGE) && npm run --silent build:package && npm run --silent build --workspace demo
	@touch $@

# pm2 is measured where npm is at hand; its row says so where it is not.
$(BUILD)/pm2/.installed:
	@mkdir -p $(BUILD)/pm2
	@if command -v npm >/dev/null; then \
	  npm install --prefix $(BUILD)/pm2 --no-save --no-fund --no-audit --loglevel=error pm2@7 \
	    || echo "pm2 could not be installed; its rows stay empty" >&2; fi
	@touch $@
