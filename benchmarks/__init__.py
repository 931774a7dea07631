"""What the lake promises about speed and cost, measured against named alternatives in the same run."""

import importlib.util
import sys
from pathlib import Path

# The functions' folder is named by a keyword, so it is a source root and no package.
if importlib.util.find_spec("clickstream_to_lake") is None:
    sys.path.append(str(Path(__file__).parents[1] / "lambda"))
