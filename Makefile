# Two commands: `make demo` (see the result) and `make test` (prove it). Both set up what they need.
# Locale: everything is UTF-8, whatever the machine says.
export PYTHONUTF8 := 1
export VIRTUAL_ENV :=
# Certificates are the system's, as pip has them: offices whose firewall reads along have theirs there.
export UV_SYSTEM_CERTS ?= 1
# Each stage is a process of its own: it starts three times as fast where Python may keep what it has compiled.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .venv/bin/uv)

.PHONY: demo test check setup programs clean

demo: setup
	$(UV) run --frozen dvc repro
	@$(UV) run --frozen python -m pipeline summary

test: setup programs
	$(UV) run --frozen pytest

check: setup
	$(UV) run --frozen ruff format --check .
	$(UV) run --frozen ruff check .
	$(UV) run --frozen mypy

setup: .venv/.synced

# `uv sync` builds .venv from uv.lock alone; the stamp makes a second run take no time.
# Where uv is missing it comes into .venv itself, and stays, being one of the development tools.
.venv/.synced: pyproject.toml uv.lock
	@command -v $(UV) >/dev/null || { $(PYTHON) -m venv .venv && .venv/bin/python -m pip install --quiet uv; }
	$(UV) sync --frozen
	@touch $@

# Some tests want programs: a Chromium and Chinese fonts for pages, LibreOffice to recalculate the workbook, pdftotext
# and pdftoppm to read the report. What is missing comes where we may install it (root on Debian); elsewhere those tests
# skip and say how to get it.
PROGRAMS = $(if $(shell command -v chromium || command -v google-chrome),,chromium) \
  $(if $(shell command -v soffice),,libreoffice-calc-nogui) \
  $(if $(shell command -v pdftotext),,poppler-utils) \
  $(if $(shell fc-list :lang=zh 2>/dev/null),,fontconfig fonts-noto-cjk)
programs:
	@if [ -n "$(strip $(PROGRAMS))" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(strip $(PROGRAMS)) >/dev/null; fi

clean:
	rm -rf .venv data/processed/*.* data/raw/demo maps/*.html maps/candidates
