# Every task of the project. `make` or `make help` lists them.
ENV ?= dev
PYTHON ?= python3
UV_VERSION := 0.13.9
VENV := .venv
UV := $(VENV)/bin/uv
PY := $(VENV)/bin/python
CDK := node_modules/.bin/cdk
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20
export CDK_DISABLE_CLI_TELEMETRY := true

.DEFAULT_GOAL := help
.PHONY: help install lint type test unit policy data integration synth

help: ## List the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  \033[1m%-12s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/.installed .venv-emulator/.installed node_modules/.installed ## Install what the project needs, into this folder

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 13) else f"Python 3.11 or 3.12 is needed; $(PYTHON) is {sys.version.split()[0]}. Try: make install PYTHON=python3.11")'
	@echo "Creating $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(VENV)/.installed: pyproject.toml uv.lock | $(UV)
	@echo "Installing Python packages (CDK, Spark, tests)"
	@$(UV) sync --quiet --frozen --inexact
	@touch $@

.venv-emulator/.installed: pyproject.toml uv.lock | $(UV)
	@echo "Installing the laptop emulator"
	@UV_PROJECT_ENVIRONMENT=.venv-emulator $(UV) sync --quiet --frozen --only-group emulator
	@touch $@

node_modules/.installed: package.json package-lock.json
	@command -v node >/dev/null || { echo "Node.js 20 or newer is needed (https://nodejs.org); 'node' was not found"; exit 1; }
	@echo "Installing the AWS CDK CLI"
	@npm ci --silent --no-audit --no-fund
	@touch $@

synth: install ## Synthesize ENV into cdk.out/
	@$(CDK) synth --quiet --no-lookups --no-notices -c environment=$(ENV)
