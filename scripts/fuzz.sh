#!/bin/sh
# Builds and runs every fuzz target: scripts/fuzz.sh [RUNS | SECONDSs], 20,000 runs each by default.
set -eu

cd "$(dirname "$0")/.."
amount=${1:-20000}
case $amount in
  *s) limit="-max_total_time=${amount%s}" ;;
  *) limit="-runs=$amount" ;;
esac

if [ ! -e build/fuzz/build.ninja ]; then cmake --preset fuzz >/dev/null; fi
cmake --build --preset fuzz --target fuzzers

for source in tests/fuzz/*_fuzz.cpp; do
  target=$(basename "$source" .cpp)
  name=${target%_fuzz}
  # What a run discovers is kept for the next one; the committed seeds are only read.
  found=build/fuzz/found/$name
  failed=build/fuzz/failed/$name
  log=build/fuzz/$target.log
  mkdir -p "$found" "$failed"
  if ! "build/fuzz/tests/fuzz/$target" "$limit" -seed=1 -timeout=5 -rss_limit_mb=600 -max_len=65536 \
      -artifact_prefix="$failed/" "$found" "tests/fuzz/corpus/$name" >"$log" 2>&1; then
    tail -n 40 "$log"
    echo "$target: FAILED; the input is in $failed, the log in $log" >&2
    exit 1
  fi
  echo "$target: $(grep -o 'Done [0-9]* runs in [0-9]* second' "$log" | tail -n 1)(s)"
done
