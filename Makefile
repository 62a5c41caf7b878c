# The same commands for people and CI. The virtual environment in .venv is installed from hashed locks, through pip's
# own settings (index, mirror, proxy).

# The first interpreter that arpipe supports; `make PYTHON=/path/to/python setup` chooses another.
SUPPORTED = import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))
CANDIDATES = python3 python3.13 python3.12 python3.11 python3.14 python
PYTHON ?= $(firstword $(foreach name,$(CANDIDATES),$(shell $(name) -c '$(SUPPORTED)' 2>/dev/null && echo $(name))))

PEERS_PYTHON ?= python3.11
BIN := .venv/bin
QUIET = --disable-pip-version-check --no-input
PIP = $(BIN)/python -m pip $(QUIET)
LOCKED = --require-hashes --only-binary :all:
# Four processes even on two cores, because some tests wait for browsers and time limits.
# Each process starts with a contiguous share of the tests, because neighbours share fixtures, and then steals.
PARALLEL = --numprocesses 4 --dist worksteal
# The demo needs OpenGL only where no compiler was found for the CPU renderer.
CPU_RENDERER = from arpipe.render.rasteriser.library import load_rasteriser; load_rasteriser()
LOCK = .venv/lock/bin/uv pip compile --constraint requirements/constraints.in \
       --universal --only-binary :all: \
       --generate-hashes --no-header --no-annotate --no-config --upgrade --quiet

.DELETE_ON_ERROR:
.PHONY: help setup demo test test-cluster check lint weights docs bench fuzz dist test-pythons lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/opengl.stamp .venv/run.stamp ## install everything that arpipe needs to run into .venv
	@echo "Ready. Next: make demo, or . $(BIN)/activate && arpipe --help"

demo: .venv/run.stamp ## put glasses on the bundled sample: out/demo.mp4, out/demo.png and timings
	@$(BIN)/python -c "$(CPU_RENDERER)" 2>/dev/null || sh requirements/system.sh opengl $(BIN)/python
	$(BIN)/arpipe demo

test: .venv/opengl.stamp lint ## check formatting, lint and types, and run all tests: what CI runs
	-$(BIN)/arpipe weights fetch # without weights their tests are skipped with a reason, and fail in CI
	$(BIN)/python -m pytest $(PARALLEL)

test-cluster: .venv/cluster.stamp ## the tests of Ray and S3, whose packages take 330 MB and are installed by this target alone
	ARPIPE_TEST_REQUIRE="$$ARPIPE_TEST_REQUIRE cluster" $(BIN)/python -m pytest -m cluster

check: test ## the same as make test

lint: .venv/dev.stamp ## check formatting, lint and types only
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

weights: .venv/run.stamp ## fetch the network weights now instead of on first use
	$(BIN)/arpipe weights fetch

bench: .venv/opengl.stamp .venv/dev.stamp .venv-peers/bin/python ## compare speed with MediaPipe and others: out/bench.json, out/bench.md
	$(BIN)/python tests/perf/bench.py

docs: .venv/docs.stamp ## build the documentation as a site, out/docs/index.html; a broken link ends it
	.venv/docs/bin/zensical build --strict --clean
	$(BIN)/python .ci/docs_versions.py out/site out/docs

dist: .venv/dist.stamp ## build wheel and sdist into dist/, check both, and run the wheel in a fresh environment
	rm -rf dist build
	.venv/dist/bin/python -m build --no-isolation
	.venv/dist/bin/twine check --strict dist/*
	.venv/dist/bin/check-wheel-contents dist/*.whl
	"$(PYTHON)" -m venv build/installed
	build/installed/bin/python -m pip $(QUIET) install $(LOCKED) --requirement requirements/run.txt
	build/installed/bin/python -m pip $(QUIET) install --no-deps --no-index dist/*.whl
	cd build && installed/bin/arpipe --version && installed/bin/arpipe effects show aviator --output preview.png

# Interpreters that are not on the path: make test-pythons PYTHONS="/path/to/python3.13 /path/to/python3.14"
PYTHONS ?= python3.11 python3.12 python3.13 python3.14
test-pythons: ## run the quick tests with each supported Python that is installed
	sh .ci/test_pythons $(PYTHONS)

SECONDS = 600
fuzz: .venv/dev.stamp ## hostile inputs at every door, for SECONDS=600 in all
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS)

lock: .venv/run.stamp ## renew requirements/*.txt from pyproject.toml
	$(BIN)/python -m venv .venv/lock && .venv/lock/bin/pip install --quiet uv
	$(LOCK) pyproject.toml --output-file requirements/run.txt
	$(LOCK) requirements/build.in --constraint requirements/run.txt --output-file requirements/build.txt
	$(LOCK) pyproject.toml --extra dev --constraint requirements/run.txt --constraint requirements/build.txt \
	    --output-file requirements/dev.txt
	$(LOCK) pyproject.toml --extra ray --extra s3 requirements/cluster.in --constraint requirements/dev.txt \
	    --output-file requirements/cluster.txt
	$(LOCK) requirements/docs.in --constraint requirements/dev.txt --output-file requirements/docs.txt
	$(LOCK) requirements/dist.in --constraint requirements/build.txt --output-file requirements/dist.txt

clean: ## remove the environment and all generated files
	rm -rf .venv .venv-peers out dist build .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "arpipe needs Python 3.11 to 3.14, but none of '$(CANDIDATES)' is one." \
	    "Install one, or: make PYTHON=/path/to/python setup" >&2; exit 1; }
	sh requirements/system.sh venv "$(PYTHON)"
	"$(PYTHON)" -m venv .venv

# Where the libraries cannot be installed, this says so, and the CPU renderer draws what it can.
.venv/opengl.stamp: | .venv/bin/python
	sh requirements/system.sh opengl $(BIN)/python
	@touch $@

# MediaPipe's last release with the solutions API requires numpy < 2 and Python <= 3.12, hence an environment of its own.
.venv-peers/bin/python: tests/perf/peers.txt
	$(PEERS_PYTHON) -m venv .venv-peers
	$@ -m pip $(QUIET) install --only-binary :all: --requirement $<
	@touch $@

NATIVE = hatch_build.py $(wildcard arpipe/native/build.py arpipe/native/sources/* arpipe/native/sources/*/*)

.venv/run.stamp: requirements/run.txt requirements/build.txt pyproject.toml $(NATIVE) | .venv/bin/python
	$(PIP) install $(LOCKED) --requirement requirements/run.txt
	$(PIP) install $(LOCKED) --requirement requirements/build.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/run.stamp
	$(PIP) install $(LOCKED) --requirement requirements/dev.txt
	@touch $@

.venv/cluster.stamp: requirements/cluster.txt .venv/dev.stamp
	$(PIP) install $(LOCKED) --requirement requirements/cluster.txt
	@touch $@

# Tools with requirements of their own, apart from arpipe's
.venv/docs.stamp .venv/dist.stamp: .venv/%.stamp: requirements/%.txt .venv/run.stamp
	rm -rf .venv/$*
	$(BIN)/python -m venv .venv/$*
	.venv/$*/bin/python -m pip $(QUIET) install $(LOCKED) --requirement $<
	@touch $@
