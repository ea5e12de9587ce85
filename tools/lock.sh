#!/usr/bin/env bash
# Pins every library with its hashes; no address of any index is written. Needs `uv` on the PATH.
set -euo pipefail
cd "$(dirname "$0")/.."
plain=(--universal --generate-hashes --no-header --no-annotate --quiet)
uv pip compile pyproject.toml --group dev "${plain[@]}" -o requirements-dev.lock
# The tools hold some libraries back; what runs is what was tested.
uv pip compile pyproject.toml --constraint requirements-dev.lock "${plain[@]}" -o requirements.lock
# The image serves every installation, so that it has what each extra needs.
uv pip compile pyproject.toml --all-extras --constraint requirements-dev.lock "${plain[@]}" -o deploy/container/requirements.lock
