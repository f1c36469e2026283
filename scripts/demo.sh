#!/usr/bin/env bash
# The main job from end to end: photos, training, measuring, naming a photo.
#
#   scripts/demo.sh [FOLDER]        with photos of your own; without, kennel draws some
set -euo pipefail
cd "$(dirname "$0")/.."
data=${1:-}
kennel=build/release/src/apps/kennel

step() { printf '\n\033[1m$ kennel %s\033[0m\n' "$*"; "$kennel" "$@"; }

if [ -z "$data" ]; then
  data=build/demo/photos
  rm -rf "$data"
  step sample "$data"
fi
runs=build/demo/run
rm -rf "$runs"
step train "$data" --output "$runs"
step evaluate "$runs/model.tar.gz" "$data" --report "$runs/evaluation.html"
photo=$(find "$data" -type f -regextype posix-extended \
  -iregex '.*\.(jpe?g|png|webp|gif|bmp)' | sort | tail -n 1)
step predict "$runs/model.tar.gz" "$photo"
printf '\nLook at   %s/report.html\n' "$runs"
printf 'The model %s/model.tar.gz\n' "$runs"
printf 'Your own  make demo DATA=folder   or   %s train folder\n' "$kennel"
