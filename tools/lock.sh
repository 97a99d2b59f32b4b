#!/usr/bin/env bash
# Resolve the libraries of pyproject.toml anew into requirements/*.txt. Needs uv; `--upgrade` takes newer versions.
# Every library has one version for all Pythons, so that figures and checks are the same on each.
# The locks hold versions and hashes only: no address of a package index, no path of a machine.
set -euo pipefail
cd "$(dirname "$0")/.."
export UV_PYTHON_DOWNLOADS=never

lock() {
  local target=$1
  shift
  uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
    --no-header --no-annotate --no-emit-index-url --no-emit-find-links --output-file "$target" "$@"
}

lock requirements/runtime.txt --group build "$@"
lock requirements/dev.txt --group build --group dev --constraints requirements/runtime.txt "$@"
