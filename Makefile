# The README's commands. Each does its own set-up: a fresh machine needs python3 (3.11 or newer) and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# pip writes to the terminal only what a reader can use.
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test bench fuzz format clean

demo: $(VENV)/demo.stamp
	$(BIN)/python demo/run.py $(if $(ONCE),--once)

test: $(VENV)/nox.stamp
	tools/install_system_packages.sh
	$(BIN)/nox --reuse-existing-virtualenvs --error-on-missing-interpreters

bench: $(VENV)/nox.stamp
	$(BIN)/nox --reuse-existing-virtualenvs --session bench

fuzz: $(VENV)/nox.stamp
	$(BIN)/nox --reuse-existing-virtualenvs --session fuzz

format: $(VENV)/nox.stamp
	$(BIN)/nox --reuse-existing-virtualenvs --session format

clean:
	rm -rf $(VENV) .nox dist .coverage* .mypy_cache .ruff_cache .hypothesis bench/results

# A virtual environment whose pip knows dependency groups.
$(VENV)/made.stamp:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "crossorigin needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --upgrade 'pip>=25.1'
	touch $@

$(VENV)/demo.stamp: $(VENV)/made.stamp pyproject.toml $(shell find src -name '*.py')
	$(PIP) install --group demo --force-reinstall --no-deps .
	$(PIP) install --group demo
	touch $@

$(VENV)/nox.stamp: $(VENV)/made.stamp pyproject.toml
	$(PIP) install --group nox
	touch $@
