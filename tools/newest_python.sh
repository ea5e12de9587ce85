#!/usr/bin/env bash
# Tests on the newest Python of this machine, where that is newer than the one of .venv: tools/newest_python.sh TESTS...
# Without one, or where a pinned library cannot be installed for it, it says what is missing and goes on.
set -euo pipefail
cd "$(dirname "$0")/.."
export PYTHONPATH=src

usable() { "$1" -c 'import sys, sqlite3, ssl, venv; sys.exit(sys.version_info.releaselevel != "final")' 2>/dev/null; }

newest() {
  for minor in $(seq 30 -1 12); do
    for python in $(command -v "python3.$minor") "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3."$minor".*/bin/"python3.$minor"; do
      if [ -x "$python" ] && usable "$python"; then
        echo "$python"
        return
      fi
    done
  done
}

known="$(.venv/bin/python -c 'import sys; print(sys.version_info.minor)')"
python="$(newest)"
if [ -z "$python" ]; then
  echo "newest Python: none but 3.$known is installed here (Debian 12 carries 3.11, PyPI no interpreter); not tested on another"
  exit 0
fi
minor="$("$python" -c 'import sys; print(sys.version_info.minor)')"
if [ "$minor" -le "$known" ]; then
  echo "newest Python: 3.$known, which every test runs on"
  exit 0
fi

place="build/python-3.$minor"
stamp="$place/.locked"
if ! cmp -s requirements-dev.lock "$stamp"; then
  rm -rf "$place"
  "$python" -m venv "$place"
  if ! "$place/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock; then
    echo "newest Python: 3.$minor is here, but not every pinned library can be installed for it; not tested"
    exit 0
  fi
  cp requirements-dev.lock "$stamp"
fi
echo "newest Python: $("$place/bin/python" --version)"
exec "$place/bin/python" -m pytest -q -p no:cacheprovider -n 2 --dist loadfile -m "not soak and not browser" "$@"
