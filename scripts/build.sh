#!/usr/bin/env bash
# Configures and builds one preset; quiet unless something is to be done.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
shift || true

mkdir -p "build/$preset"
log=build/$preset/configure.log
if ! cmake --preset "$preset" > "$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi
log=build/$preset/build.log
if [ -t 1 ]; then
  cmake --build --preset "$preset" "$@"
elif ! cmake --build --preset "$preset" "$@" > "$log" 2>&1; then
  grep -vE '^\[[0-9]+/[0-9]+\] (Building|Linking)' "$log" >&2
  exit 1
fi
