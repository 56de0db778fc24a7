# make demo   the main job on a synthetic business (PACK=beauty|hair|retail|watch)
# make open   its report in the browser
# make test   all tests
# Every target makes the environment it needs first; nothing has to be installed by hand but Python 3.12 or newer.

PACK ?= beauty
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SPARK := $(VENV)/.spark
export PYTHON

.PHONY: demo open test lint types contracts check lock wheel bench clean

demo: $(READY)
	@rm -rf demo-$(PACK)
	@$(BIN)/regulars demo $(PACK) --folder demo-$(PACK)
	@echo
	@echo "Open it: make open PACK=$(PACK)"

open: $(READY)
	@test -f demo-$(PACK)/reports/report-en.html || { echo "There is no report yet: run make demo PACK=$(PACK) first."; exit 1; }
	@$(BIN)/python tools/open_page.py demo-$(PACK)/reports/report-en.html

test: $(READY) $(SPARK)
	@$(BIN)/pytest

lint: $(READY)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(READY)
	@$(BIN)/mypy

contracts: $(READY)
	@PYTHONPATH=src $(BIN)/lint-imports

check: lint types contracts test

# The environment: made once, made again when the lock changes.
$(READY): requirements.lock pyproject.toml tools/find-python.sh
	@python=$$(sh tools/find-python.sh) || exit 1; \
	  echo "Making $(VENV) with $$python ..."; \
	  "$$python" -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

# PySpark, for the tests that hold it to DuckDB's results: large, so only they wait for it. Java is not installed here.
$(SPARK): $(READY) requirements-spark.lock
	@echo "Adding PySpark (430 MB) for the tests ..."
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-spark.lock
	@touch $(SPARK)

# Write the locks anew from pyproject.toml (needs uv). uv.lock stays out of git: it carries download addresses.
lock:
	@uv lock --quiet
	@uv export --quiet --extra web --group dev --no-group bench --no-group spark --no-emit-project --no-header --format requirements-txt > requirements.lock
	@uv export --quiet --only-group spark --no-emit-project --no-header --format requirements-txt > requirements-spark.lock
	@uv export --quiet --only-group bench --no-emit-project --no-header --format requirements-txt > benchmarks/requirements.lock

wheel: $(READY)
	@$(BIN)/python -m build --quiet --wheel --no-isolation --outdir dist

# Benchmarks: the peers are installed beside the program, in the same environment, from their own lock.
bench: $(READY)
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes --no-deps -r benchmarks/requirements.lock
	@$(BIN)/python benchmarks/scale.py $(BENCH)

clean:
	@rm -rf $(VENV) dist build demo-* .pytest_cache .mypy_cache .ruff_cache
