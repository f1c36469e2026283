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

git ls-files 'src/*.h' 'src/*.cpp' 'tests/*.cpp' 'bench/*.cpp' |
  xargs .venv/bin/clang-format --dry-run --Werror
.venv/bin/ruff format -q --check tests bench scripts
.venv/bin/ruff check -q tests bench scripts

cmake --preset tidy > build/tidy.log 2>&1 || { cat build/tidy.log >&2; exit 1; }
mapfile -t sources < <(changed_sources 'src/*.cpp' 'bench/*.cpp')
if [ ${#sources[@]} -gt 0 ]; then
  echo "clang-tidy on ${#sources[@]} files"
  printf '%s\n' "${sources[@]}" | xargs -P "$(nproc)" -n 1 .venv/bin/clang-tidy -p build/tidy --quiet 2> /dev/null
fi
