#!/usr/bin/env bash
# Style checks: clang-format and ruff on everything, clang-tidy on the files that changed since
# KENNEL_LINT_BASE, by default the commit where this branch left origin/main, or else yesterday's.
set -euo pipefail
cd "$(dirname "$0")/.."

lint_base() {
  local base
  base=$(git merge-base HEAD origin/main 2> /dev/null || true)
  if [ -z "$base" ] || [ "$base" = "$(git rev-parse HEAD)" ]; then
    base=$(git rev-list -1 --before='24 hours ago' HEAD)
  fi
  echo "$base"
}

changed_sources() {
  local base=${KENNEL_LINT_BASE:-$(lint_base)}
  if [ -n "$base" ]; then git diff --name-only --diff-filter=d "$base" -- "$@"; else git ls-files "$@"; fi
}

git ls-files 'src/*.h' 'src/*.cpp' 'tests/*.cpp' 'bench/*.h' 'bench/*.cpp' |
  xargs .venv/bin/clang-format --dry-run --Werror
.venv/bin/ruff format -q --check tests bench scripts
.venv/bin/ruff check -q tests bench scripts

mkdir -p build
{ cmake --preset tidy && cmake --build build/tidy --target generated; } > build/tidy.log 2>&1 || {
  cat build/tidy.log >&2
  exit 1
}

# The changed sources, and those that include a changed header.
sources=$(changed_sources 'src/*.cpp' 'bench/*.cpp')
headers=$(changed_sources 'src/*.h')
for header in $headers; do
  users=$(git grep -lF "\"${header#src/}\"" -- 'src/*.cpp' 'bench/*.cpp' || true)
  sources="$sources"$'\n'"$users"
done
mapfile -t listed < <(printf '%s\n' "$sources" | sort -u | grep . || true)
[ ${#listed[@]} = 0 ] && exit 0
echo "clang-tidy on ${#listed[@]} files"
printf '%s\n' "${listed[@]}" |
  xargs -P "$(nproc)" -n 2 .venv/bin/clang-tidy -p build/tidy --quiet 2> build/tidy-errors.log || {
  grep -vE 'warnings? (generated|treated)' build/tidy-errors.log >&2 || true
  exit 1
}
