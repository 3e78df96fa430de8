# `make` alone lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PORT ?= 8080
# The demo's camera: replay, or simulated, which behaves as a Pi's does.
CAMERA ?= replay
# How often the plug of the box is pulled.
PLUGS ?= 100
# The Python that the environments are made with: the first that is fit, unless it is named (make demo PYTHON=...).
PYTHON ?=
# One process a core, of up to 1 GB; the tests of a file stay in one, so that what they share is made once.
IN_PARALLEL = --numprocesses auto --maxprocesses 4 --dist loadfile
# What finds the versions for the lock files: uv from the PATH, or one of its own.
UV ?= $(shell command -v uv || echo .venv-lock/bin/uv)

export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_NO_INPUT = 1
export PIP_ROOT_USER_ACTION = ignore

# $(call environment,FOLDER,LOCK): a fresh environment with exactly what the lock names, and the project in it.
# What an earlier try left is removed first; the stamp is written last, so a failure is tried again.
define environment
python="$$($(call find_python))"; \
echo "Making $(1) from $(2) with $$("$$python" --version)"; \
rm -rf $(1); \
$(call fill,"$$python",$(1),$(2)) && \
touch $@
endef

# $(call fill,PYTHON,FOLDER,LOCK)
define fill
$(1) -m venv $(2) && \
$(2)/bin/python -m pip install -qq --require-hashes -r $(3) && \
$(2)/bin/python -m pip install -qq --no-deps --no-build-isolation --editable .
endef

# Writes the name of a fit Python, or says what is missing.
define find_python
for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11); do \
  if "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then \
    if "$$python" -c 'import venv, ensurepip' 2>/dev/null; then echo "$$python"; exit 0; fi; \
    without_venv="$$python"; \
  fi; \
done; \
if [ -n "$${without_venv:-}" ]; then \
  echo "$$without_venv lacks its venv module. On Debian and Raspberry Pi OS: sudo apt install python3-venv" >&2; \
else \
  found="$$($(or $(PYTHON),python3) --version 2>/dev/null || echo missing)"; \
  echo "Dermapoint needs Python 3.11, 3.12 or 3.13; $(or $(PYTHON),python3) is $$found." >&2; \
  echo "Install one of them, or name it: make ... PYTHON=/path/to/python3.12" >&2; \
fi; \
exit 1
endef

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: .venv/.installed ## run the whole device on this machine, without its hardware (PORT=8080 CAMERA=replay)
	.venv/bin/dermapoint run --demo --camera $(CAMERA) --port $(PORT)

.PHONY: test
test: lint ## check everything: style, types, and every test
	.venv-dev/bin/pytest $(IN_PARALLEL)

.PHONY: train-check
train-check: .venv-dev/.installed ## build a tiny model of own classes from three real sources, up to a press of the device
	.venv-dev/bin/pytest tests/model_build/train_check --durations 3

.PHONY: lint
lint: .venv-dev/.installed ## check style and types
	.venv-dev/bin/ruff check
	.venv-dev/bin/ruff format --check
	.venv-dev/bin/mypy
	@command -v shellcheck >/dev/null || { echo "shellcheck is missing: apt install shellcheck" >&2; exit 1; }
	shellcheck .ci/run deploy.sh deploy/*.sh

.PHONY: format
format: .venv-dev/.installed ## put the code into the project's style
	.venv-dev/bin/ruff check --fix-only
	.venv-dev/bin/ruff format

# Programs that are only on a device stand aside for /bin/true; systemd before 254 doesn't know RestartMode.
.PHONY: units
units: ## check the service's units: their words, and how little they may do
	@folder="$$(mktemp -d)"; trap 'rm -rf "$$folder"' EXIT; \
	for unit in dermapoint.service dermapoint-explain.service dermapoint-poweroff.path dermapoint-clock.path dermapoint-clock.service \
	  dermapoint-front.path dermapoint-front.service; do \
	  sed -E 's#^(Exec[A-Za-z]+=[-+]*)/[^ ]*#\1/bin/true#' "systemd/$$unit" >"$$folder/$$unit"; \
	done; \
	said="$$(systemd-analyze verify "$$folder"/* 2>&1 | grep -v "Unknown key.*'RestartMode'" || true)"; \
	if [ -n "$$said" ]; then echo "$$said" >&2; exit 1; fi; \
	for unit in "$$folder"/*.service; do \
	  systemd-analyze security --offline=true --threshold=20 --no-pager "$$unit" 2>&1 | tail -n 1; \
	done

.PHONY: soak
soak: .venv-dev/.installed ## kill the records 1,000 times, fail every write, fill and damage; the tables into docs/records.md (an hour; needs cc)
	.venv-dev/bin/python -m tests.soak.kills --kills 1000
	.venv-dev/bin/python -m tests.soak.faults --into docs/records.md
	.venv-dev/bin/python -m tests.soak.cards
	.venv-dev/bin/python -m tests.soak.damage --into docs/records.md

.PHONY: fuzz
fuzz: .venv-dev/.installed ## ask the API for nonsense for a quarter of an hour
	FUZZ_EXAMPLES=500 .venv-dev/bin/pytest tests/device/web/test_fuzz.py --timeout 3600

.PHONY: translations
translations: .venv-dev/.installed ## find all texts, update and compile their translations, count what lacks
	@mkdir -p build
	.venv-dev/bin/python -m babel.messages.frontend -q extract --mapping babel.cfg --keywords N_ --keywords NN_:1,2 \
	  --add-location file --project Dermapoint --output-file build/messages.pot .
	.venv-dev/bin/python -m babel.messages.frontend -q update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width 110 \
	  --input-file build/messages.pot --output-dir device/words/translations
	.venv-dev/bin/python -m babel.messages.frontend -q compile --directory device/words/translations
	.venv-dev/bin/python -m tools.translations

.PHONY: releasable
releasable: translations ## what a release demands beside the tests: every text in every language
	.venv-dev/bin/python -m tools.translations --all

.PHONY: bench
bench: .venv/.installed ## time the device's work on this machine
	.venv/bin/dermapoint bench

.PHONY: camera-model
camera-model: .venv/.installed ## press on models of four camera modules, and fail where a burst is wrong
	.venv/bin/python -m device.camera.simulated

.PHONY: export-rates
export-rates: .venv-dev/.installed ## time the exports, and write the figures into docs/exports.md
	.venv-dev/bin/python -m device.bench.exports --into docs/exports.md

.PHONY: page-times
page-times: .venv-dev/.installed ## time the pages over 100,000 examinations, and write the figures into docs/page.md
	.venv-dev/bin/python -m tests.soak.pages --into docs/page.md

.PHONY: page-load
page-load: .venv-dev/.installed ## the page behind nginx under half-open, many, sleeping and large clients; figures into docs/service.md
	.venv-dev/bin/python -m tests.soak.load --into docs/service.md

.PHONY: train-rates
train-rates: .venv-dev/.installed ## time training on each backend of this machine; the table into docs/training.md (10 minutes)
	.venv-dev/bin/dermapoint-build rates --text docs/training.md

.PHONY: folds-check
folds-check: .venv-dev/.installed ## train tiny folds on two Dask workers and kill one of them (minutes)
	.venv-dev/bin/pytest tests/model_build/training/check_folds.py

.PHONY: sbom
sbom: .venv-dev/.installed ## write what Dermapoint is made of, with licences, as CycloneDX: build/dermapoint.cdx.json
	.venv-dev/bin/python -m tools.sbom --out build/dermapoint.cdx.json

# A proof of a deployed device on machines made of Debian roots; docs/deploy.md says what each shows.
.PHONY: box
box: box-trixie box-bookworm box-arm64 ## show a deployed device on machines made of Debian roots (as root, 20 minutes)

.PHONY: box-trixie box-quick box-bookworm box-arm64
box-trixie box-quick box-bookworm box-arm64: box-%: .venv-dev/.installed
	@as_root="$$([ "$$(id -u)" -eq 0 ] || echo sudo)"; $$as_root .venv-dev/bin/python -B -m tools.box $*

.PHONY: box-plugs
box-plugs: .venv-dev/.installed ## pull the plug of a machine in a box 100 times (PLUGS=100); the counts into docs/records.md (as root, an hour)
	@as_root="$$([ "$$(id -u)" -eq 0 ] || echo sudo)"; \
	$$as_root .venv-dev/bin/python -B -m tools.box plugs --plugs $(PLUGS) --into docs/records.md

.venv/.installed: requirements/device.txt pyproject.toml
	@$(call environment,.venv,requirements/device.txt)

.venv-dev/.installed: requirements/dev.txt pyproject.toml
	@$(call environment,.venv-dev,requirements/dev.txt)

# The device's tests on every Python that is there: 3.11 with NumPy 1, the later ones with the newest of everything.
.PHONY: matrix
matrix: .venv-matrix-3.11/.checked .venv-matrix-3.12/.checked .venv-matrix-3.13/.checked ## run the device's tests on each Python found
	@passed=0; failed=0; echo; \
	for version in 3.11 3.12 3.13; do \
	  verdict="$$(cat .venv-matrix-$$version/.checked)"; echo "Python $$version: $$verdict"; \
	  case "$$verdict" in passed*) passed=$$((passed + 1));; failed*) failed=$$((failed + 1));; esac; \
	done; \
	if [ $$failed -gt 0 ]; then exit 1; fi; \
	if [ $$passed -eq 0 ]; then echo "No Python was found to test on." >&2; exit 1; fi

.venv-matrix-%/.checked: FORCE
	@rm -rf $(@D); mkdir $(@D); \
	lock=requirements/$(if $(filter 3.11,$*),numpy1,test).txt; \
	for python in python$* "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/$*.*/bin/python; do \
	  if ! "$$python" -c 'import sys, venv, ensurepip; sys.exit("%d.%d" % sys.version_info[:2] != "$*")' 2>/dev/null; \
	  then continue; fi; \
	  echo "Testing the device on $$("$$python" --version) with $$lock"; \
	  if $(call fill,"$$python",$(@D),$$lock) && $(@D)/bin/python -m pytest $(IN_PARALLEL) tests/device; \
	  then echo "passed ($$lock)" >$@; else echo "failed ($$lock)" >$@; fi; \
	  exit 0; \
	done; \
	echo "not run: no such Python here" >$@

FORCE:

# dev.txt holds everything; the smaller locks start as copies of it, and so keep its versions.
# setuptools is what builds the project itself.
COMPILE = echo 'setuptools>=77' | $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate pyproject.toml -

.PHONY: lock
lock: $(filter .venv-lock/%,$(UV)) ## find the newest versions and write requirements/*.txt
	@$(COMPILE) --upgrade --extra build --extra dev --output-file requirements/dev.txt
	@for lock in build test device; do cp requirements/dev.txt requirements/$$lock.txt; done
	@$(COMPILE) --extra build --output-file requirements/build.txt
	@$(COMPILE) --extra test --output-file requirements/test.txt
	@$(COMPILE) --output-file requirements/device.txt
	@$(COMPILE) --upgrade --extra test --constraints requirements/numpy1.in --output-file requirements/numpy1.txt
	@cp requirements/numpy1.txt requirements/bookworm.txt
	@$(COMPILE) --constraints requirements/numpy1.in --output-file requirements/bookworm.txt

.venv-lock/bin/uv:
	@python="$$($(call find_python))"; "$$python" -m venv .venv-lock; .venv-lock/bin/python -m pip install -qq uv

.PHONY: clean
clean: ## remove the environments and all that is made here
	rm -rf .venv .venv-* build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
	find device model_build tests -name __pycache__ -type d -prune -exec rm -rf {} +
