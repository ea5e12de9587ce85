#!/usr/bin/env bash
# Collects every Chinese text of the pages into the English catalogue and compiles it. (Without a header a catalogue
# counts as fuzzy, hence the flag.)
set -euo pipefail
cd "$(dirname "$0")/.."
folder=src/ncre/web/translations
catalogue=$folder/en/LC_MESSAGES/messages.po
template=$(mktemp)
trap 'rm -f "$template"' EXIT
.venv/bin/pybabel --quiet extract -F tools/babel.cfg -k later --no-location --omit-header --sort-output -o "$template" src/ncre/web
mkdir -p "$(dirname $catalogue)"
[ -f $catalogue ] || .venv/bin/pybabel --quiet init -i "$template" -o $catalogue -l en
.venv/bin/pybabel --quiet update -i "$template" -o $catalogue -l en --no-fuzzy-matching --ignore-obsolete --omit-header
.venv/bin/pybabel --quiet compile --use-fuzzy -d $folder
