#!/usr/bin/env bash
# Deploy the assembly of the last promotion that passed.  rollback.sh <environment>
set -euo pipefail
environment=$1
run=$(gh run list --workflow promote.yml --branch main --status success --limit 1 --json databaseId --jq '.[0].databaseId')
if [ -z "$run" ]; then
  echo "No promotion has passed yet: there is nothing to go back to. $environment stays as it is."
  exit 1
fi
gh run download "$run" --name assembly --dir previous
digest=$(.venv/bin/python -m delivery.promotion digest --assembly previous)
echo "Goes back to the assembly $digest of run $run"
.venv/bin/python -m delivery.promotion execute --environment "$environment" --assembly previous --digest "$digest"
