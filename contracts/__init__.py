"""Data contracts: one YAML file per table, read by `contracts.loader`."""

import importlib.util
import sys
from pathlib import Path

# Runtime code lies where the Glue zip and the Lambda layer are packed from; there it is a top-level package.
if importlib.util.find_spec("lake_common") is None:
    sys.path.append(str(Path(__file__).parents[1] / "common" / "python"))
