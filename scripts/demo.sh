#!/usr/bin/env bash
# The main job from end to end, with the clients that people have: a server, photos uploaded with
# the aws CLI, a training job through the SageMaker SDK, the model fetched, a photo named.
#
#   scripts/demo.sh [FOLDER]        with photos of your own; without, kennel draws some
set -euo pipefail
cd "$(dirname "$0")/.."
data=${1:-}
[ -z "$data" ] || [ -d "$data" ] || {
  echo "there is no folder $data" >&2
  exit 1
}
options=()  # of the server
demo=build/demo
PATH=$PWD/build/release/src/apps:$PWD/.venv-clients/bin:$PATH
# The demo's own server is all that its clients know.
for name in $(compgen -e AWS_ || true); do unset "$name"; done
export HOME=$PWD/$demo/home SAGEMAKER_SUPPRESS_V2_WARNING=1

title() { printf '\n\033[1m%s\033[0m\n' "$*"; }
step() {
  title "$ $*"
  "$@"
}

end_server() {
  [ -z "${server:-}" ] && return 0
  kill "$server" 2> /dev/null || true
  wait "$server" 2> /dev/null || true
}
trap end_server EXIT

start_server() {
  kennel doctor > "$demo/doctor.txt" || true
  if grep -qE '^(warning|missing) +sandbox' "$demo/doctor.txt"; then
    title "No sandbox can be set up here (kennel doctor says why): jobs run without one."
    options=(--no-sandbox)
  fi
  title "$ kennel up --data $demo/server --listen 127.0.0.1:0${options[*]/#/ } &"
  kennel up --data "$demo/server" --listen 127.0.0.1:0 "${options[@]}" > "$demo/up.txt" 2> "$demo/up.log" &
  server=$!
  until grep -qs 'is ready' "$demo/up.txt"; do
    kill -0 "$server" 2> /dev/null || { cat "$demo/up.log" >&2; exit 1; }
    sleep 0.05
  done
  cat "$demo/up.txt"
}

rm -rf "$demo"/{server,home,model.tar.gz,up.txt,up.log}
mkdir -p "$demo/home"
if [ -z "$data" ]; then
  data=$demo/photos
  rm -rf "$data"
  step kennel sample "$data"
fi
start_server
title "$ eval \"\$(kennel env --data $demo/server)\""
variables=$(kennel env --data "$demo/server")
eval "$variables"
step aws s3 mb s3://photos
step aws s3 sync "$data" s3://photos/dogs --only-show-errors
step python examples/fit.py s3://photos/dogs/
step kennel jobs --data "$demo/server"
job=$(aws sagemaker list-training-jobs --query 'TrainingJobSummaries[0].TrainingJobName' --output text)
model=$(aws sagemaker describe-training-job --training-job-name "$job" \
  --query ModelArtifacts.S3ModelArtifacts --output text)
step aws s3 cp "$model" "$demo/model.tar.gz" --no-progress
photo=$(find "$data/" -type f -regextype posix-extended \
  -iregex '.*\.(jpe?g|png|webp|gif|bmp)' | sort | tail -n 1)
step kennel predict "$demo/model.tar.gz" "$photo"

title "What to try next"
cat << END
  PATH=$PWD/build/release/src/apps:$PWD/.venv-clients/bin:\$PATH
  kennel up${options[*]/#/ }                                  a server that stays; then, in another terminal:
  eval "\$(kennel env)"                       and any aws command, boto3, a notebook
  aws s3 mb s3://photos
  aws s3 sync $data s3://photos/dogs
  python examples/fit.py s3://photos/dogs/   what ran here: read it, change it
  kennel jobs, kennel logs JOB --follow      what runs, and what it says
  kennel train $data
                                             the same without a server; its report is a page
  make demo DATA=folder                      photos of your own
END
