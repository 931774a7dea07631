"""What the lake promises about speed and cost, measured against named alternatives in the same run."""

import importlib.util
import sys
from pathlib import Path

# Source roots that are no packages: the functions' folder is named by a keyword.
for module, root in (("clickstream_to_lake", "lambda"), ("lake_common", "common/python")):
    if importlib.util.find_spec(module) is None:
        sys.path.append(str(Path(__file__).parents[1] / root))
