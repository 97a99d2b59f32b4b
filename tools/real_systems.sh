#!/usr/bin/env bash
# Install the real systems that connectors are tested against: tools/real_systems.sh [tryton] [odoo]
# Each gets a folder of its own under .cache/, with an environment from its lock in requirements/. Tests that find no
# such folder are skipped and say so. Odoo's server is a Debian package, taken with apt from the machine's own mirror:
# pinned, and checked against its SHA-256; where it cannot be had, this says so and ends well.
set -euo pipefail
cd "$(dirname "$0")/.."

ODOO_VERSION=19.0.0+dfsg-1
ODOO_SHA256=9d2f598b0555db17e291d48ed24df184c70823c053c4c5ed53c467ca7f629bbf
CACHE=$PWD/.cache
PYTHON=${PYTHON:-.venv/bin/python}

# An environment with the libraries of a lock, in the folder $1; made anew when the lock has changed.
environment() {
  local folder=$1 lock=$2 stamp
  stamp=$(sha256sum <"$lock")
  if [[ $(cat "$folder/stamp" 2>/dev/null) == "$stamp" ]]; then return; fi
  rm -rf "$folder"
  mkdir -p "$folder"
  "$PYTHON" -m venv "$folder/venv"
  "$folder/venv/bin/python" -m pip install -qq --disable-pip-version-check --require-hashes --no-deps -r "$lock"
  echo "$stamp" >"$folder/stamp"
}

tryton() {
  environment "$CACHE/tryton" requirements/tryton.txt
}

# apt with lists and state of its own, so that the machine's packages stay as they are.
private_apt() {
  local apt=$1 tool=$2
  shift 2
  "$tool" -o Dir::Etc="$apt/etc" -o Dir::State="$apt/state" -o Dir::State::status="$apt/state/status" \
    -o Dir::Cache="$apt/cache" -o APT::Sandbox::User=root -qq "$@"
}

# Fetch and unpack the package into the folder $1, without its translations and the countries' accounting.
odoo_server() {
  local folder=$1 apt mirror keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' | grep -m1 '/debian$') &&
    [[ -r $keyring ]] || return 1
  apt=$(mktemp -d)
  mkdir -p "$apt"/{etc/sources.list.d,etc/preferences.d,etc/apt.conf.d,state/lists/partial,cache/archives/partial}
  touch "$apt/state/status"
  echo "deb [signed-by=$keyring] $mirror sid main" >"$apt/etc/sources.list"
  (
    cd "$apt"
    private_apt "$apt" apt-get update && private_apt "$apt" apt-get download "odoo-19=$ODOO_VERSION" &&
      mv odoo-19_*.deb odoo.deb && echo "$ODOO_SHA256  odoo.deb" | sha256sum --check --quiet &&
      mkdir -p "$folder/server" && dpkg-deb --fsys-tarfile odoo.deb |
      tar -x -C "$folder/server" --exclude='*/i18n/*' --exclude='*/addons/l10n_*' --exclude='*/static/tests/*'
  ) || { rm -rf "$apt" "$folder/server"; return 1; }
  rm -rf "$apt"
}

odoo() {
  environment "$CACHE/odoo" requirements/odoo.txt
  if [[ -d $CACHE/odoo/server ]]; then return; fi
  if ! odoo_server "$CACHE/odoo"; then
    echo "Odoo $ODOO_VERSION cannot be had here as a Debian package: its tests are skipped" >&2
    rm -rf "$CACHE/odoo"
  fi
}

(($#)) || set -- tryton odoo
for system in "$@"; do
  case $system in
    tryton | odoo) "$system" ;;
    *) echo "usage: tools/real_systems.sh [tryton] [odoo]" >&2 && exit 2 ;;
  esac
done
