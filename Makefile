# Everything that is written goes under one folder; PORTAL_DATA moves it.
export PORTAL_DATA ?= $(CURDIR)/data
export PYTHONPYCACHEPREFIX := $(PORTAL_DATA)/pycache
export PIP_CACHE_DIR := $(PORTAL_DATA)/cache
export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := $(PORTAL_DATA)/venv
BIN := $(VENV)/bin
EXTRACT := $(BIN)/pybabel -q extract --no-location --no-wrap --sort-output --omit-header
UPDATE := $(BIN)/pybabel -q update --no-wrap --no-fuzzy-matching --ignore-obsolete --omit-header
# tests write thousands of small databases, into memory where there is room for them
ROOM := $(shell df --output=avail -k /dev/shm 2>/dev/null | awk 'NR > 1 && $$1 > 4000000 { print "/dev/shm" }')
COMPILE := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra build

.DEFAULT_GOAL := help

help: ## list what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 14

run: $(VENV)/.installed ## set up what is missing, then serve the portals on 127.0.0.1 (PORT changes 8000)
	@exec $(BIN)/portal serve --demo

test: $(VENV)/.installed-dev windowless engines counter proxies pooler ## set up what is missing, then check and test everything
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(if $(ROOM),TMPDIR=$(ROOM)) $(BIN)/python -m pytest

benchmark: $(VENV)/.installed-dev chromium ## measure speed, as ratios (needs wrk, a Debian package, and npm)
	$(BIN)/python -m tests.benchmarks
	$(BIN)/python -m tests.benchmarks.paint
	$(BIN)/python -m tests.benchmarks.backoffice
	$(BIN)/python -m tests.benchmarks.banner
	$(BIN)/python -m tests.benchmarks.log

trials: $(VENV)/.installed-dev proxies ## stop the server some hundred times under load, and send it hostile requests, alone and behind nginx
	$(BIN)/python -m tests.server.trials
	$(BIN)/python -m tests.server.hostile 200000
	$(BIN)/python -m tests.server.hostile 100000 postgresql
	$(BIN)/python -m tests.server.hostile 100000 nginx

translations: $(VENV)/.installed-dev ## extract the messages and bring every catalogue up to date
	$(EXTRACT) -F translations/babel.cfg -k marked -o translations/visitor.pot .
	$(EXTRACT) -F translations/backoffice.cfg -k said -o translations/backoffice.pot .
	$(EXTRACT) -F translations/known.cfg -o translations/known.pot .
	for file in translations/*/LC_MESSAGES/*.po; do \
	  sed '/^$$/q' $$file > $$file.head && \
	  $(UPDATE) -i translations/$$(basename $$file .po).pot -o $$file -l $$(basename $$(dirname $$(dirname $$file))) && \
	  cat $$file.head $$file | sed '$${/^$$/d}' > $$file.whole && mv $$file.whole $$file && rm $$file.head || exit 1; \
	done # the header stays as it is: Babel would write times and places into it

lock: $(VENV)/.installed-dev ## pin the dependencies of pyproject.toml with their hashes
	$(COMPILE) -o requirements.txt pyproject.toml
	$(COMPILE) --extra dev -c requirements.txt -o requirements-dev.txt pyproject.toml

chromium: # as visitors have it
	@command -v chromium >/dev/null || { apt-get update -q && apt-get install -yq chromium; } || $(BIN)/playwright install --with-deps chromium

windowless: # a Chromium in which pages open in half the time
	@command -v chromium-headless-shell >/dev/null || { apt-get update -q && apt-get install -yq chromium-headless-shell; } || $(MAKE) chromium

engines: # the other two that visitors use
	@{ command -v firefox-esr && command -v WebKitWebDriver && command -v Xvfb; } >/dev/null || \
	  { apt-get update -q && apt-get install -yq --no-install-recommends firefox-esr webkit2gtk-driver xvfb; }

counter: # of attempts, for several servers together
	@command -v redis-server >/dev/null || { apt-get update -q && apt-get install -yq --no-install-recommends redis-server; }

proxies: # that may stand in front of the portal
	@PATH="$$PATH:/usr/sbin"; { command -v nginx && command -v caddy && command -v haproxy; } >/dev/null || \
	  { apt-get update -q && apt-get install -yq --no-install-recommends nginx caddy haproxy; }

pooler: # of connections to PostgreSQL
	@test -x /usr/sbin/pgbouncer || command -v pgbouncer >/dev/null || { apt-get update -q && apt-get install -yq --no-install-recommends pgbouncer; }

$(VENV)/.installed: requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --require-hashes -r requirements.txt
	$(BIN)/pip install -q --no-deps --no-build-isolation --no-index -e .
	touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(BIN)/pip install -q --require-hashes -r requirements-dev.txt
	touch $@

.PHONY: help run test benchmark trials translations lock chromium windowless engines counter proxies pooler
