#!/bin/bash
# Installs the Python packages of the steps on a node that has no way to the internet.
#
#   install_wheels.sh s3://<bucket>/wheelhouse/<hash>/ [python]
#
# The wheelhouse has wheels and, written last, the requirements.txt with their hashes. pip checks each wheel against it:
# whoever could change the bucket still could not change what nodes run.
set -euo pipefail

wheelhouse="${1:?usage: install_wheels.sh s3://<bucket>/wheelhouse/<hash>/ [python]}"
python="${2:-/usr/bin/python3.11}"

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT

aws s3 cp --recursive --only-show-errors --exclude '*.zip' "$wheelhouse" "$folder"
if [[ ! -f "$folder/requirements.txt" ]]; then
  echo "There is no complete wheelhouse at $wheelhouse: no requirements.txt. Put it there with: make cluster-files" >&2
  exit 1
fi

"$python" -m pip --version >/dev/null 2>&1 || sudo "$python" -m ensurepip
sudo "$python" -m pip install --quiet --no-cache-dir --disable-pip-version-check --root-user-action=ignore \
  --no-index --find-links "$folder" --require-hashes --requirement "$folder/requirements.txt"
