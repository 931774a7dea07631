"""Labeling tasks, each a folder with its worker page; and the commands that label from a workstation."""

import importlib.util
import sys
from pathlib import Path

# As for the contracts: shared runtime code is a top-level package where the Lambda layer is packed from.
if importlib.util.find_spec("lake_common") is None:
    sys.path.append(str(Path(__file__).parents[1] / "common" / "python"))
