# Everything there is to do with this project; `make` alone lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= .demo
PORT ?= 8000
LIBRARIES := $(VENV)/.libraries
TOOLS := $(VENV)/.tools
FAST := tests/domain tests/events tests/rounds tests/documents tests/clients tests/operational tests/tools $(wildcard tests/test_*.py)
SOAKED ?= tests/soak tests/drills tests/backups tests/services/exam tests/services/letters tests/services/review tests/web/shared/test_killed_web.py tests/web/api/test_schemathesis.py tests/browser tests/projections/maintenance/test_amcheck.py
export PYTHONPATH := src
# Tests start hundreds of processes: compiled once, whatever the environment says, instead of by each of them.
check test browser newest soak drill: export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo serve check test browser newest soak mutants drill drill-restore lint bench load lighthouse docs sbom vulnerabilities styles screenshots diagram translations lock

help: ## list every target
	@sed -nE 's/^##@ (.*)/\n\1/p; s/^([a-z-]+):.*## (.*)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 24

##@ Run it
demo: $(LIBRARIES) $(BIN)/ncre ## the whole service with a bundled round; FRESH=1 starts over, PORT= moves it, DATA= keeps it elsewhere
	@NCRE_DATA="$(DATA)" exec $(BIN)/python -m ncre demo --port "$(PORT)" $(if $(filter 1,$(FRESH)),--fresh)

serve: $(LIBRARIES) $(BIN)/ncre ## only the pages, for development, over the data of `make demo`; NCRE_PRODUCTION=1 as in production
	@NCRE_DATA="$(DATA)" NCRE_PRODUCTION="$${NCRE_PRODUCTION:-0}" exec $(BIN)/python -m ncre serve --port "$(PORT)"

##@ Change it
check: lint ## lint, types and the fast tests, in under two minutes: before every commit
	$(BIN)/python -m pytest -q -n 2 -p no:schemathesis --dist loadfile -m "not soak and not browser" $(FAST)

test: $(TOOLS) ## every test but those in a browser
	@tools/oracles.sh
	$(BIN)/python -m pytest -n 4 -p no:schemathesis --dist loadfile --no-loadscope-reorder -m "not soak and not browser" --ignore tests/browser

browser: $(TOOLS) ## the tests in a browser: journeys, and walks over every page on each width, by keys, with large text, without scripts
	@tools/browser.sh
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not soak" tests/browser

newest: $(TOOLS) ## the fast tests on the newest Python of this machine, where that is newer than .venv's
	@tools/newest_python.sh $(FAST)

soak: $(TOOLS) ## long bounded runs on both databases, SOAK_SEED= the first seed; how many: SOAK_REQUESTS= SOAK_REVISIONS= SOAK_STORIES= SOAK_DELIVERIES= SOAK_ROUNDS=
	@exec nice $(BIN)/python -m pytest -n 0 -s -m soak $(SOAKED)

drill: $(TOOLS) ## a cluster of etcd, Patroni, PostgreSQL, HAProxy and ncre on loopback, and FAULTS=30 under candidates; ends by itself
	@PYTHONPATH=src:. exec nice $(BIN)/python -m tests.drills.cluster --faults $(or $(FAULTS),30)

drill-restore: $(TOOLS) ## serve under load, back up, kill, restore elsewhere, try every command; on both databases
	@PYTHONPATH=src:. exec $(BIN)/python -m tests.drills.restore $(KIND)

mutants: $(TOOLS) ## change a rule in one place and see whether a test fails; MUTANTS="ncre.services.payment*" SAMPLE=40, as in docs/mutants.md
	@PYTHONPATH=src:. exec nice -n 15 $(BIN)/python -m tools.mutants $(foreach name,$(MUTANTS),'$(name)') --sample $(or $(SAMPLE),0)

lint: $(TOOLS) ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

##@ Measure it
bench: $(TOOLS) ## ratios against a floor measured in the same run
	@PYTHONPATH=src:. exec $(BIN)/python -m bench

load: $(TOOLS) ## the opening minute, open-loop, on loopback, ten minutes at most; LOAD= options as "--per-minute 60 --database postgresql"
	@PYTHONPATH=src:. exec nice $(BIN)/python -m bench.load $(LOAD)

lighthouse: $(TOOLS) ## five pages on a slow phone: scores, weight, first paint; fails below the marks
	@tools/lighthouse.sh
	@PYTHONPATH=src:. exec $(BIN)/python tools/slow_phone.py

##@ Write it down
docs: $(TOOLS) ## the documents as a site in build/docs, every link checked
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet --strict --site-dir build/docs

sbom: $(LIBRARIES) $(TOOLS) ## write sbom.json: every library of requirements.lock with its licence (CycloneDX)
	@tools/sbom.sh

vulnerabilities: $(TOOLS) ## known vulnerabilities of the pinned libraries; ADVISORIES= a checkout of pypa/advisory-database, offline
	@$(BIN)/python tools/vulnerabilities.py requirements.lock requirements-dev.lock $(if $(ADVISORIES),--advisories "$(ADVISORIES)")

styles: $(TOOLS) ## put the style sheets together from src/ncre/web/styles
	@$(BIN)/python tools/styles.py

screenshots: $(TOOLS) ## the pictures of the README, and every page at 390 and 1280 px in build/gallery/index.html; GALLERY= options of tools/gallery.py
	@PYTHONPATH=src:. $(BIN)/python tools/screenshots.py
	@PYTHONPATH=src:. $(BIN)/python tools/gallery.py $(GALLERY)

diagram: $(TOOLS) ## draw what docs/ draws from the source: the life, the rooms, the tables of words
	@$(BIN)/python tools/draw_rooms.py
	@$(BIN)/python tools/list_decisions.py
	@PYTHONPATH=src:. $(BIN)/python tools/write_event_schemas.py
	@$(BIN)/python -m ncre diagram --out docs/state-diagram.md
	@$(BIN)/python -m ncre diagram --of money --out docs/money-words.md
	@$(BIN)/python -m ncre diagram --of pages --out docs/page-words.md
	@PYTHONPATH=src:. $(BIN)/python -m tests.rounds.document

translations: $(TOOLS) ## collect the words of the pages, and compile the English catalogue
	@tools/translations.sh

lock: ## pin every library anew, with hashes and without addresses
	@tools/lock.sh

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "ncre needs Python 3.11 or newer; name it with PYTHON=" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "Python cannot make a virtual environment here; on Debian: apt-get install python3-venv" >&2; exit 2; }

$(BIN)/ncre: Makefile | $(VENV)/bin/python
	@printf '%s\n' '#!/bin/sh' '# The command of this checkout, from wherever it is called.' \
	  'here=$$(CDPATH= cd -- "$$(dirname -- "$$0")" && pwd)' \
	  'PYTHONPATH="$$here/../../src$${PYTHONPATH:+:$$PYTHONPATH}" exec "$$here/python" -m ncre "$$@"' > $@
	@chmod 755 $@

$(LIBRARIES): requirements.lock | $(VENV)/bin/python
	@echo "installing the libraries of requirements.lock ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(TOOLS): requirements-dev.lock $(LIBRARIES)
	@echo "installing the tools of requirements-dev.lock ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
