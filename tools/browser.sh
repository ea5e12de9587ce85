#!/usr/bin/env bash
# Sees to it that the browser tests have a browser. Root installs Debian's; others are told how.
set -u
command -v chromium >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing chromium for the browser tests ..."
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-wqy-microhei >/dev/null && exit 0
fi
if [ "${CI:-}" = true ]; then
  echo "the browser tests need chromium, and it could not be installed" >&2
  exit 1
fi
echo "browser tests are skipped: install chromium (on Debian: apt-get install chromium fonts-wqy-microhei)"
