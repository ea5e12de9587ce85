#!/usr/bin/env bash
# Lists what ncre runs with: an environment of requirements.lock alone, read by cyclonedx-py, licences included.
# Where the libraries cannot be installed anew, the environment of the project is read, tools and all.
set -euo pipefail
cd "$(dirname "$0")/.."
bare=$(mktemp -d)
trap 'rm -rf "$bare"' EXIT
python=.venv/bin/python
if "$python" -m venv "$bare/venv" \
  && "$bare/venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock; then
  "$bare/venv/bin/python" -m pip uninstall --quiet --yes pip setuptools 2>/dev/null || true
  read_from="$bare/venv"
else
  echo "the libraries cannot be installed by themselves; the list holds the tools too" >&2
  read_from=.venv
fi
.venv/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --of JSON --validate \
  --output-file sbom.json "$read_from"
"$python" - <<'PY'
import json
parts = json.load(open("sbom.json", encoding="utf-8"))["components"]
bare = [part["name"] for part in parts if not part.get("licenses")]
print(f"sbom.json: {len(parts)} libraries, {len(parts) - len(bare)} with a licence" + (f"; without: {' '.join(bare)}" if bare else ""))
PY
