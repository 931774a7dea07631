#!/usr/bin/env bash
# Write what this checkout changes compared with a commit, as Markdown.  report.sh <base commit> <file>
set -euo pipefail
base=$1 file=$2
environments=dev,staging,prod
folder=$(mktemp -d)
trap 'git worktree remove --force "$folder/base" 2>/dev/null || true; rm -rf "$folder"' EXIT

synthesize() { # <checkout> <folder>
  (cd "$1" && "$root/node_modules/.bin/cdk" synth --quiet --no-lookups --no-notices \
    --app "$root/.venv/bin/python app.py" -c environment=$environments --output "$2")
}

root=$PWD
git worktree add --quiet --detach "$folder/base" "$base"
synthesize "$folder/base" "$folder/before"
synthesize "$root" "$folder/after"
.venv/bin/python -m delivery.promotion report --before "$folder/before" --assembly "$folder/after" >"$file"
