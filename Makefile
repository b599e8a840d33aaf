# `make` alone says what there is. Every target makes .venv from the lock files when it has to.

PYTHON ?= python3
# What pip installs. For the newest versions see .github/workflows/weekly.yml, for the oldest tests.yml.
INSTALL ?= --require-hashes --only-binary :all: -r requirements.lock
BIN := .venv/bin
BUILD := $(BIN)/python tools/build_book.py

# An environment cannot move, and belongs to one Python and one choice of versions: the stamp is named after all three.
READY := .venv/ready-$(shell printf '%s' "$(CURDIR) $(INSTALL) $$($(PYTHON) -VV 2>&1)" | cksum | cut -d' ' -f1)
# Matrices here are small: several threads to a product, with several products at once, only fight.
export OMP_NUM_THREADS ?= 1
# An image of Python may forbid it to keep what it compiles. Then each process of a build compiles all that it imports.
unexport PYTHONDONTWRITEBYTECODE
# Who is done takes over from who is not. Of the slow tests a file's stay together, for they share a browser, and the
# longest begin, or all would wait for them. More of them than processors only get into each other's way.
SIDE_BY_SIDE := -n auto --dist worksteal
BY_FILE := -n auto --dist loadfile --no-loadscope-reorder
LONGEST := $(patsubst %,tests/test_%.py,incremental browser build translated anchors notebooks play take)
SLOW = $(LONGEST) $(filter-out $(LONGEST), $(shell grep -lE 'mark\.(slow|browser)|NEEDS' tests/test_*.py))

.DEFAULT_GOAL := help
.PHONY: help env html pdf figures zip page test slow doctest census accept confirm libraries serve linkcheck gettext timings bench page-bench readme-figure lint lock clean distclean

help: ## print this list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | awk -F'|' '{ printf "make %-13s %s\n", $$1, $$2 }'

env: $(READY) ## make .venv from the lock files (the other targets do it by themselves)

$(READY): requirements.lock tools/npm/package-lock.json
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "set-up: Python 3.11 or newer is needed, and this is %s (make PYTHON=python3.12 chooses another)" % sys.version.split()[0])'
	@echo "set-up: making .venv from the lock files (once; a few minutes on a slow line)"
	@rm -rf .venv
	@$(PYTHON) -m venv .venv || { echo "set-up: Python's venv is missing (on Debian and Ubuntu: apt install python3-venv)" >&2; exit 1; }
	@$(BIN)/python tools/install.py $(INSTALL) && $(BIN)/python tools/install.py --no-deps --no-build-isolation -e . \
		&& $(BIN)/python tools/npm/install.py \
		|| { echo "set-up: stopped, as said above. Is there a network? The next make starts over." >&2; exit 1; }
	@MPLCONFIGDIR=.venv/matplotlib $(BIN)/python -c 'import matplotlib.font_manager'  # it lists the fonts once, and says so
	@touch $@

html: env ## build the book into build/html
	@$(BUILD) html
	@echo "html: open build/html/index.html"

pdf: html ## the whole book as one PDF, in the site and linked from it (needs Chromium; some minutes)
	@$(BIN)/python tools/whole_book.py pdf

figures: html ## all figures as SVG files in one zip, in the site and linked from it (needs Chromium)
	@$(BIN)/python tools/whole_book.py figures

zip: html ## the site as one zip that opens from disk, in the site and linked from it
	@$(BIN)/python tools/whole_book.py zip

page: env ## build one page: make page P=variance/he
	@$(BUILD) page $(P)

test: env ## run the tests, and every snippet of README, pages and docstrings
	@$(BIN)/python -m pytest -q $(SIDE_BY_SIDE)

slow: env ## run the tests that make test leaves out: the built book in Chromium, small books built several times
	@$(BIN)/python -m pytest -q $(BY_FILE) -m 'slow or browser' $(SLOW)

doctest: env ## run the snippets alone
	@$(BIN)/python -m pytest -q $(SIDE_BY_SIDE) tests/test_snippets.py

census: env ## what of the book nothing checks yet, with file and line, and how much is checked
	@PYTHONPATH=tools:tests $(BIN)/python -m census $(P)

accept: env ## take over what the pages measured, into tests/numbers: make accept [P=variance/he] [REASON="…"]
	@$(BIN)/python tools/measured.py $(P) --reason "$(REASON)"

confirm: env ## compare an equation with the code of its check, and say that they agree: make confirm EQ=eq-…
	@$(BIN)/python tools/confirm.py $(EQ)

# Libraries that the book measures and does not need live in an environment of their own. NEWEST=1 takes today's releases.
LIBRARIES := build/libraries
libraries: ## measure what seven libraries start from, and say what changed: make libraries [NEWEST=1] [WRITE=1]
	@test -x $(LIBRARIES)/bin/python || $(PYTHON) -m venv $(LIBRARIES)
	@echo "libraries: installing them into $(LIBRARIES) (once; some gigabytes)"
	@$(if $(NEWEST),sed 's/==[^;]*//' tools/libraries/requirements.txt,cat tools/libraries/requirements.txt) > $(LIBRARIES)/wanted.txt
	@$(LIBRARIES)/bin/python -m pip install --quiet --disable-pip-version-check --no-input --upgrade -r $(LIBRARIES)/wanted.txt -e .
	@$(LIBRARIES)/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --upgrade --target $(LIBRARIES)-before keras==3.14.1
	@PYTHONPATH=tools JAX_PLATFORMS=cpu $(LIBRARIES)/bin/python -m libraries $(if $(WRITE),--write)

serve: env ## show the book on a local server, and rebuild while you write
	@$(BIN)/sphinx-autobuild -q -c . -j auto -d build/serve.doctrees --watch initbook --watch conf.py docs build/serve

linkcheck: env ## try every link that leaves the book (needs a network)
	@echo "linkcheck: trying the links that leave the book"
	@$(BUILD) linkcheck

gettext: env ## write what there is to translate into build/gettext/book.pot (see CONTRIBUTING.md)
	@$(BUILD) gettext
	@echo "gettext: open build/gettext/book.pot"

timings: env ## seconds per page and the slowest cells of the last build
	@$(BIN)/python tools/timings.py

bench: env ## what builds and tests cost here, on a copy: nothing changed, a sentence, a cell, from nothing
	@$(BIN)/python tools/bench.py $(BENCH)

page-bench: env ## what a first visit to each page costs on a slow phone (needs Chromium)
	@$(BIN)/python tools/page_bench.py $(PAGES)

readme-figure: html ## renew the README's copy of the landing page's figure
	@$(BIN)/python tools/readme_figure.py

lint: env ## check the style of all Python, and the workflows
	@$(BIN)/ruff check -q
	@$(BIN)/zizmor --offline --quiet .github

lock: ## for maintainers: choose versions anew and write both lock files
	$(PYTHON) tools/lock.py

clean: ## remove what builds made
	@rm -rf build mutants .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

distclean: clean ## remove .venv too
	@rm -rf .venv
