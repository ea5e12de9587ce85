#!/usr/bin/env bash
# Installs the independent implementations that the tests compare ours with. Root installs Debian's Node where it is missing.
set -u
cd "$(dirname "$0")/../tests/oracles"
if ! { command -v go && [ -d /usr/share/gocode/src/golang.org/x/mod/sumdb ]; } >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing Go and its library of transparency logs for the tests of the ledger ..."
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq && apt-get install -y -qq --no-install-recommends golang-go golang-golang-x-mod-dev >/dev/null \
    || echo "they could not be installed: the test with them is skipped"
fi
stamp=node_modules/.installed
[ -e "$stamp" ] && [ "$stamp" -nt package-lock.json ] && exit 0
if ! command -v npm >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing Node for the tests against independent clients ..."
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq && apt-get install -y -qq --no-install-recommends nodejs npm >/dev/null
fi
if command -v npm >/dev/null && npm ci --silent --no-audit --no-fund --ignore-scripts >/dev/null; then
  touch "$stamp"
  exit 0
fi
if [ "${CI:-}" = true ]; then
  echo "the tests against independent clients need Node and npm, and they could not be installed" >&2
  exit 1
fi
echo "tests against independent Node clients are skipped: install nodejs and npm"
