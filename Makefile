# Everything a developer runs, one word each. The first run sets up $(VENV), later ones are instant.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
BUILD := build

.DEFAULT_GOAL := help
.PHONY: demo test check bench docs format clean help
.DELETE_ON_ERROR:

demo: $(VENV)/.installed-demo ## show the main job on a real FastAPI server
	$(BIN)/python -m demo

test: $(VENV)/.installed-test ## run the tests
	$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.installed-check ## format, lint, types, import rules, architecture, fresh docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/architecture $(ARGS)

bench: $(VENV)/.installed-bench $(BUILD)/pm2/.installed ## measure everything beside its floor and its peers
	$(BIN)/python -m tests.benchmarks $(ARGS)

docs: $(VENV)/.installed-demo ## write protocol.md again from the models
	$(BIN)/python scripts/protocol_doc.py

format: $(VENV)/.installed-check ## format the code and mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove what the other targets made
	rm -rf $(VENV) $(BUILD) dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

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

# pm2 is measured where npm is at hand; its row says so where it is not.
$(BUILD)/pm2/.installed:
	@mkdir -p $(BUILD)/pm2
	@if command -v npm >/dev/null; then \
	  npm install --prefix $(BUILD)/pm2 --no-save --no-fund --no-audit --loglevel=error pm2@7 \
	    || echo "pm2 could not be installed; its rows stay empty" >&2; fi
	@touch $@
