#!/bin/sh
# Installs and builds Quadrat if that has not been done yet, then runs the pipeline.
set -eu

usage() {
  cat <<'TEXT'
Usage: ./run_pipeline.sh --experiment NAME [--config FILE] [options of 'quadrat run']

Runs one experiment of a configuration (default: config.yml beside this script).
The first run installs and builds Quadrat; later runs start at once.

  ./run_pipeline.sh --experiment quickstart
  ./run_pipeline.sh --experiment quickstart --set grid.resolution=1 --fresh
  ./run_pipeline.sh --config /data/study/config.yml --experiment pilot
TEXT
}

fail() {
  printf 'run_pipeline.sh: %s\n' "$1" >&2
  exit "${2:-1}"
}

case "${1-}" in -h | --help) usage && exit 0 ;; esac

self=$0
while [ -L "$self" ]; do
  target=$(readlink "$self")
  case $target in
    /*) self=$target ;;
    *) self=$(dirname -- "$self")/$target ;;
  esac
done
root=$(CDPATH='' cd -- "$(dirname -- "$self")" && pwd -P)

command -v node >/dev/null 2>&1 ||
  fail "Node.js was not found. Install version 20.19 or newer (https://nodejs.org) and run this again."
# In words that the oldest node understands, too.
node -e 'var v = process.versions.node.split("."); process.exit(v[0] > 20 || (v[0] == 20 && v[1] >= 19) ? 0 : 1)' ||
  fail "Node.js 20.19 or newer is needed; this is $(node --version) ($(command -v node))."

node "$root/scripts/ensure-built.mjs"

given=no
for argument in "$@"; do
  case $argument in --config | --config=*) given=yes ;; esac
done
[ "$given" = yes ] || set -- --config "$root/config.yml" "$@"

exec node "$root/packages/cli/bin/quadrat.js" run "$@"
