"""The code of the steps, packed so that the same commit gives the same bytes on every machine."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from constructs import Construct

from components.assets import COMMON, CONTRACTS, ROOT, StoredFile, contract_files, stored_file, write_zip

STEPS = ROOT / "emr_steps"
BOOTSTRAP = STEPS / "bootstrap" / "install_wheels.sh"
# In the order in which they depend on each other.
NAMES = ("documents", "index", "search", "ratings")


@dataclass(frozen=True, kw_only=True)
class StepCode:
    """What nodes run: the entry of each step, what entries import, and the bootstrap action."""

    scripts: Mapping[str, StoredFile]
    runtime: StoredFile
    bootstrap: StoredFile

    @property
    def files(self) -> list[StoredFile]:
        """All of it."""
        return [*self.scripts.values(), self.runtime, self.bootstrap]


def step_code(scope: Construct) -> StepCode:
    """Have the code of the steps uploaded with the deployment."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "runtime.zip"
        write_zip(archive, dict(runtime_files()))
        runtime = stored_file(scope, "Runtime", archive)
    return StepCode(
        scripts={name: stored_file(scope, f"{name.capitalize()}Script", STEPS / name / "step.py") for name in NAMES},
        runtime=runtime,
        bootstrap=stored_file(scope, "Bootstrap", BOOTSTRAP),
    )


def runtime_files() -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file that steps import: the common package, all modules and the contracts."""
    for root, package in ((COMMON, COMMON / "lake_common"), (ROOT, STEPS)):
        for source in package.rglob("*.py"):
            yield source.relative_to(root).as_posix(), source.read_bytes()
    yield from contract_files(CONTRACTS)
