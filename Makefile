# flowdeck: `make` alone says what there is.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHON

BIN := .venv/bin
SAY := @printf '==> %s\n'
ARGS ?=

.PHONY: help demo test check fix bench engine docs screenshots clean dev git

help: ## this text
	@echo "flowdeck runs dbt Core in production on one server, from a terminal."
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "Needs git and Python 3.11 or later with venv; all else goes into .venv. PYTHON=/path/to/python3 chooses another Python."
	@echo "ARGS=... is handed on: make test ARGS='-k retry -x'"

demo: .venv/installed git ## see the sample dbt project built, in the console (without a terminal: as text)
	@$(BIN)/flowdeck demo $(ARGS)

test: dev check git ## check the code and run the tests; says what it skips where there is no engine or keyring
	$(SAY) "pytest"
	@.ci/with-keyring .ci/pytest $(BIN)/python $(ARGS)

check: dev ## the checks alone: ruff, mypy, import-linter
	$(SAY) "ruff check"
	@$(BIN)/ruff check --quiet
	$(SAY) "ruff format --check"
	@$(BIN)/ruff format --check --quiet || { echo "make fix formats these files."; exit 1; }
	$(SAY) "mypy"
	@$(BIN)/mypy --no-error-summary
	$(SAY) "lint-imports"
	@said=$$($(BIN)/lint-imports 2>&1) || { echo "$$said"; exit 1; }

fix: dev ## format, and mend what ruff can mend
	@$(BIN)/ruff check --quiet --fix || true
	@$(BIN)/ruff format --quiet

bench: dev git ## measure: each number beside its floor or a stated peer
	@$(BIN)/python -m benchmarks $(ARGS)

engine: ## (Debian, root) install and start a Docker engine and a keyring daemon, make the images that the tests use
	@.ci/engine

docs: .venv/installed ## write docs/reference anew: types, keys, filters, functions
	@$(BIN)/python -m runtime.language.pages docs/reference

screenshots: dev git ## draw the pictures in screenshots/ anew
	@$(BIN)/python tests/console/screenshots.py $(ARGS)

clean: ## remove caches and build results (.venv stays)
	@rm -rf dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache snapshot_report.html
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

git:
	@command -v git >/dev/null || { printf 'flowdeck needs git. Install it:\n    apt-get install git\n' >&2; exit 1; }

dev: .venv/developing

# A link to a Python that is gone counts as missing: then the environment is made anew.
.venv/bin/python:
	@python=$$(.ci/python) && printf '==> making .venv with %s\n' "$$($$python --version)" && $$python -m venv --clear .venv

.venv/installed: pyproject.toml | .venv/bin/python
	$(SAY) "installing flowdeck into .venv"
	@$(BIN)/python -m pip install -qq --editable .
	@touch $@

# Groups of dependencies are known to pip since 25.1; Debian 12 makes virtual environments with 23.0.
.venv/developing: .venv/installed
	$(SAY) "installing what the tests need"
	@$(BIN)/python -m pip install --help | grep -q -e '--group' || $(BIN)/python -m pip install -qq --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install -qq --group dev
	@touch $@
