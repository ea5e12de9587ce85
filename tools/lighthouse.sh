#!/usr/bin/env bash
# Installs what measures the pages on a slow phone: Lighthouse, by npm, beside Debian's chromium.
set -eu
"$(dirname "$0")/browser.sh"
cd "$(dirname "$0")/../tests/lighthouse"
stamp=node_modules/.installed
[ -e "$stamp" ] && [ "$stamp" -nt package-lock.json ] && exit 0
command -v npm >/dev/null || { echo "the measurement needs Node and npm (on Debian: apt-get install nodejs npm)" >&2; exit 2; }
npm ci --silent --no-audit --no-fund --ignore-scripts >/dev/null
touch "$stamp"
