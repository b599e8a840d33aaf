# `make` alone says what there is. Every target makes .venv from the lock files when it has to.

PYTHON ?= python3
BIN := .venv/bin
BUILD := $(BIN)/python tools/build_book.py

# Matrices here are small: several threads to a product, with several products at once, only fight.
export OMP_NUM_THREADS ?= 1

# A file's tests stay together: they share what is dear to make, a browser for example.
SIDE_BY_SIDE := -n auto --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help env html test doctest census serve linkcheck timings page-bench figure lint mutants lock clean distclean

help: ## print this list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | awk -F'|' '{ printf "make %-10s %s\n", $$1, $$2 }'

env: ## make .venv from the lock files (the other targets do it by themselves)
	@command -v $(PYTHON) >/dev/null || { echo "set-up: $(PYTHON) is missing: install Python 3.11 or newer" >&2; exit 1; }
	@$(PYTHON) tools/setup_env.py

html: env ## build the book into build/html
	@echo "html: running the pages that changed, writing build/html"
	@$(BUILD) html
	@echo "html: open build/html/index.html"

test: env ## run the tests, and every snippet of README, pages and docstrings
	@$(BIN)/python -m pytest -q $(SIDE_BY_SIDE)

doctest: env ## check the same snippets with Sphinx's own checker
	@echo "doctest: checking the snippets of pages, docstrings and README"
	@$(BUILD) doctest
	@tail -n 4 build/doctest/output.txt
	@$(BIN)/python tools/doctest_rest.py

census: env ## what of the book nothing checks yet, with file and line, and how much is checked
	@$(BIN)/python -m census

serve: env ## show the book on a local server, and rebuild while you write
	@$(BIN)/sphinx-autobuild -q -c . -j auto -d build/serve.doctrees --watch initbook --watch conf.py docs build/serve

linkcheck: env ## try every link that leaves the book (needs a network)
	@echo "linkcheck: trying the links that leave the book"
	@$(BUILD) linkcheck

timings: env ## seconds per page and the slowest cells of the last build
	@$(BIN)/python tools/timings.py

page-bench: env ## what a first visit to each page costs on a slow phone (needs Chromium)
	@$(BIN)/python tools/page_bench.py $(PAGES)

figure: html ## renew the README's copy of the landing page's figure
	@$(BIN)/python tools/readme_figure.py

lint: env ## check the style of all Python
	@$(BIN)/ruff check -q

mutants: env ## make deliberate faults in package and pages, and list those that no check notices (an hour or more)
	@nice -n 15 $(BIN)/python -m mutants $(ARGS)

lock: ## for maintainers: choose versions anew and write both lock files
	$(PYTHON) tools/lock.py

clean: ## remove what builds made
	@rm -rf build .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

distclean: clean ## remove .venv too
	@rm -rf .venv
