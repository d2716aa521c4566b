# make demo    set up, then read the captcha images
# make test    set up, then run the tests
# Each needs nothing but Python 3.11 on the machine.

PYTHON  ?= python3.11
VENV    := .venv
BIN     := $(VENV)/bin
READY   := $(VENV)/.ready
PYTEST  := OMP_NUM_THREADS=1 $(BIN)/python -m pytest
WORKERS ?= 2

.PHONY: help demo test quick nightly check fix bench docs wheel smoke clean

help:
	@echo 'make demo     read the 20 captcha images of the example with its trained network'
	@echo 'make test     all tests but the nightly ones'
	@echo 'make quick    the tests that take seconds'
	@echo 'make nightly  the tests that take minutes'
	@echo 'make check    style, types, import rules'
	@echo 'make fix      repair what ruff can repair'
	@echo 'make bench    measure the budgets'
	@echo 'make docs     build the pages of docs/ as a site, in build/docs'
	@echo 'make wheel    build the wheel and the source distribution, in dist'
	@echo 'make smoke    build the wheel, install it in an empty environment, and try it there'
	@echo 'make clean    remove the virtual environment and all caches'

$(READY): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo 'anglipy needs Python 3.11; name yours with: make PYTHON=/path/to/python3.11 ...' >&2; exit 1; }
	@echo 'setting up $(VENV) (once; a minute or two)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,docs,examples,frames,plots]'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -c constraints.txt pgmpy
	@touch $@

demo: $(READY)
	$(BIN)/python examples/captcha/demo.py

test: $(READY)
	$(PYTEST) -n $(WORKERS) -m 'not nightly and not bench and not release'

quick: $(READY)
	$(PYTEST) -n $(WORKERS) -m 'not slow and not nightly and not bench and not release'

nightly: $(READY)
	$(PYTEST) -n $(WORKERS) -m nightly

bench: $(READY)
	$(PYTEST) -s -m bench -p no:randomly tests/bench

docs: $(READY)
	$(BIN)/sphinx-build --fail-on-warning --keep-going --fresh-env --quiet docs build/docs
	@echo 'the pages are in build/docs/index.html'

wheel: $(READY)
	rm -rf dist
	$(BIN)/python -m build --no-isolation --outdir dist .

smoke: $(READY)
	$(PYTEST) -m release tests/release

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
