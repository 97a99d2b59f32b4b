#!/usr/bin/env bash
# Resolve the libraries of pyproject.toml, and of the systems under test (requirements/*.in), anew into
# requirements/*.txt. Needs uv; `--upgrade` takes newer versions.
# Every library has one version for all Pythons, so that figures and checks are the same on each.
# The locks hold versions and hashes only: no address of a package index, no path of a machine.
set -euo pipefail
cd "$(dirname "$0")/.."
export UV_PYTHON_DOWNLOADS=never

lock() {
  local from=$1 target=$2
  shift 2
  uv pip compile "$from" --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
    --no-header --no-annotate --no-emit-index-url --no-emit-find-links --output-file "$target" "$@"
}

lock pyproject.toml requirements/runtime.txt --group build "$@"
lock pyproject.toml requirements/dev.txt --group build --group dev --constraints requirements/runtime.txt "$@"
lock requirements/tryton.in requirements/tryton.txt "$@"
lock requirements/odoo.in requirements/odoo.txt "$@"
