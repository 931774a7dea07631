# Every task of the project. `make` or `make help` lists them.
ENV ?= dev
# Test processes: integration tests wait much, and each process takes up to 3 GB.
WORKERS ?= 3
PYTHON ?= python3
UV_VERSION := 0.13.9
VENV := .venv
UV := $(VENV)/bin/uv
PY := $(VENV)/bin/python
CDK := node_modules/.bin/cdk
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20
export CDK_DISABLE_CLI_TELEMETRY := true

.DEFAULT_GOAL := help
.PHONY: help install requirements demo dashboards portal up deploy status down destroy diff synth cluster-files doctor guard cost smoke produce counters search replay label refresh dashboard-url bi-member test lint unit integration bench clean

help: ## List the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  \033[1m%-13s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/.installed $(VENV)/.spark-classes .venv-emulator/.installed node_modules/.installed ## Install what the project needs, into this folder

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 13) else f"Python 3.11 or 3.12 is needed; $(PYTHON) is {sys.version.split()[0]}. Try: make install PYTHON=python3.11")'
	@echo "Creating $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

# Compiled here once: without bytecode (PYTHONDONTWRITEBYTECODE) every synth compiles the CDK library anew, 2 to 5 s of CPU.
$(VENV)/.installed: pyproject.toml uv.lock | $(UV)
	@echo "Installing Python packages (CDK, Spark, tests)"
	@$(UV) sync --quiet --frozen --inexact --compile-bytecode
	@touch $@

# Spark jobs on the laptop start twice as fast from an archive of loaded classes.
$(VENV)/.spark-classes: $(VENV)/.installed laptop/emulator/spark_training.py laptop/emulator/spark_archive.py
	@echo "Writing the class archive of Spark"
	@$(PY) -m laptop.emulator.spark_archive
	@touch $@

.venv-emulator/.installed: pyproject.toml uv.lock | $(UV)
	@echo "Installing the laptop emulator"
	@UV_PROJECT_ENVIRONMENT=.venv-emulator $(UV) sync --quiet --frozen --only-group emulator --compile-bytecode
	@touch $@

node_modules/.installed: package.json package-lock.json
	@command -v node >/dev/null || { echo "Node.js 20 or newer is needed (https://nodejs.org); 'node' was not found"; exit 1; }
	@echo "Installing the AWS CDK CLI"
	@npm ci --silent --no-audit --no-fund
	@touch $@

requirements: $(VENV)/.installed ## Export the requirements.txt of synthesis and of EMR's steps from uv.lock
	@$(UV) export --quiet --frozen --no-hashes --no-annotate --no-header --no-emit-project --output-file requirements.txt
	@$(UV) export --quiet --frozen --only-group steps --no-annotate --no-header --no-emit-project --output-file emr_steps/requirements.txt

demo: install ## Deploy the lake to this laptop, run it on real data and write a report
	@$(PY) -m laptop demo

dashboards: install ## Write the laptop's dashboards as a page, and open it
	@$(PY) -m laptop dashboards --open

portal: install ## Label as a person: print the address of the laptop's worker portal, and open it
	@$(PY) -m laptop portal --open

up: install ## Start the laptop's emulator (idempotent)
	@$(PY) -m laptop up

status: install ## Show what runs on the laptop and what is deployed there
	@$(PY) -m laptop status

down: install ## Stop the laptop's emulator; its state is kept
	@$(PY) -m laptop down

synth: install ## Synthesize ENV into cdk.out/
	@$(CDK) synth --quiet --no-lookups --no-notices -c environment=$(ENV)

ifeq ($(ENV),laptop)
deploy: install ## Deploy ENV (laptop, dev, staging, prod) with the CDK CLI (STACKS="Query" for some)
	@$(PY) -m laptop deploy

destroy: install ## Delete the stacks of ENV, and what the configuration does not keep (CONFIRM=lake-dev)
	@$(PY) -m laptop destroy
else
deploy: install
	@$(PY) -m delivery.workstation deploy --environment $(ENV) --stacks $(STACKS)

destroy: install
	@$(PY) -m delivery.workstation destroy --environment $(ENV) --confirm "$(CONFIRM)"
endif

diff: install ## Compare ENV with what is deployed (STACKS="Query Storage" for some)
	@$(PY) -m delivery.workstation diff --environment $(ENV) --stacks $(STACKS)

cluster-files: install ## Store what nodes of EMR clusters of ENV fetch: packages, certificates (ARGS="--renew")
	@$(PY) -m cluster_files --environment $(ENV) $(ARGS)

doctor: install ## Look for what a deployment of ENV would die of; changes nothing
	@$(PY) -m delivery.doctor --environment $(ENV)

guard: install ## Compare ENV with its inventory of data and permissions (ARGS=--accept writes it)
	@$(PY) -m delivery.guard --environment $(ENV) $(ARGS)

cost: install ## Estimate what ENV costs a month (ARGS="--lines --since main")
	@$(PY) -m delivery.cost --environment $(ENV) $(ARGS)

smoke: install ## Prove a deployed ENV with awswrangler (ENV=laptop or an AWS environment)
	@$(PY) -m smoke --environment $(ENV)

produce: install ## Send events to the stream of ENV (options: ARGS="--source ratings")
	@$(PY) -m streaming produce --environment $(ENV) $(ARGS)

counters: install ## Show the live counters of ENV (ARGS="--follow")
	@$(PY) -m streaming counters --environment $(ENV) $(ARGS)

search: export QUERY = $(Q)
search: install ## Search the documents of ENV (Q="words, \"a phrase\"", ARGS="--collection speeches")
	@$(PY) -m search --environment $(ENV) $(ARGS) -- "$$QUERY"

replay: install ## Give records that failed in ENV to the same code again (ARGS="--dry-run")
	@$(PY) -m streaming replay --environment $(ENV) $(ARGS)

label: install ## Label what TASK has left in ENV and bring the labels in (options: ARGS="--prefix objects/...")
	@$(PY) -m labeling label $(TASK) --environment $(ENV) $(ARGS)

refresh: install ## Bring the data sets of dashboards of ENV up to date (ARGS="--data-set orders")
	@$(PY) -m dashboards refresh --environment $(ENV) $(ARGS)

dashboard-url: install ## Print an address that embeds a dashboard of ENV (ARGS="--dashboard orders --user ada")
	@$(PY) -m dashboards url --environment $(ENV) $(ARGS)

bi-member: install ## Show or change who is in a group (ARGS="--group lake-managers --user ada")
	@$(PY) -m dashboards member --environment $(ENV) $(ARGS)

test: install lint ## Run every check: lint, types, imports, unit, policy, Spark and laptop tests
	@$(PY) -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

lint: install ## Format, lint, types, import rules
	@$(VENV)/bin/ruff format --check --quiet . || { echo "Run: $(VENV)/bin/ruff format ."; exit 1; }
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/mypy --no-error-summary .
	@PYTHONPATH=common/python:lambda $(VENV)/bin/lint-imports --no-cache >/dev/null || PYTHONPATH=common/python:lambda $(VENV)/bin/lint-imports --no-cache

unit: install ## Run the fast tests only
	@$(PY) -m pytest tests/unit tests/policy

integration: install ## Run the tests that start the laptop's emulator
	@$(PY) -m pytest tests/integration

bench: install ## Measure and rewrite docs/benchmarks.md (takes long)
	@$(PY) -m benchmarks all

clean: ## Remove what the project installed and made in this folder
	@[ ! -x $(PY) ] || $(PY) -m laptop down 2>/dev/null || true
	@rm -rf $(VENV) .venv-emulator node_modules cdk.out .lake .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
