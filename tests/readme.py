"""The contract that the README shows, so that the README is tested."""

import re
import shutil
from pathlib import Path

from contracts.loader import FOLDER
from tests.synthesis import ROOT

_EXAMPLE = re.compile(r"`contracts/(\w+)\.yaml`.*?```yaml\n(.*?)```", re.DOTALL)


def contracts_with_example(folder: Path) -> str:
    """Copy all contracts to an empty folder, add the one of the section "Add a table", and return its name."""
    _, _, section = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## Add a table\n")
    example = _EXAMPLE.search(section)
    assert example, "README.md must have a section 'Add a table' with the name of a contract and its YAML"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"), dirs_exist_ok=True)
    name, text = example.groups()
    assert not (folder / f"{name}.yaml").exists(), f"the example of README.md must be a new table; {name} exists"
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return name
