# Pantau: `make demo` shows it, `make test` checks it. Everything else is here too: `make help`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV := $(VENV)/.installed-dev

.DEFAULT_GOAL := help
.PHONY: help environment transformers demo test check unit format docs clean

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip

$(STAMP): $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(DEV): $(STAMP)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev,ocr,parquet]'
	@touch $@

environment: $(DEV) ## set up everything the checks need

demo: $(STAMP) ## set up, crawl the bundled newsroom, serve the web UI at http://127.0.0.1:8000
	$(BIN)/pantau demo

test: check unit ## set up, then every check and every test

check: $(DEV) ## lint, format, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(DEV) ## the tests
	$(BIN)/pytest --numprocesses 2 --dist loadfile $(PYTEST_ARGS)

transformers: $(DEV) ## an environment beside .venv with the extra `transformers` (torch), for its tests
	$(PYTHON) -m venv $(VENV)-transformers
	cd $(VENV) && echo "$$PWD"/lib/python3*/site-packages > "$$(ls -d ../$(VENV)-transformers/lib/python3*/site-packages)"/pantau.pth
	$(VENV)-transformers/bin/pip install --quiet --constraint constraints.txt 'sentence-transformers>=5' torch==2.13.0 onnx

format: $(DEV) ## put the code in form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(DEV) ## write the generated pages of docs/ anew
	$(BIN)/python -m api.docs

clean: ## remove the environment and caches (never the data directory)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
