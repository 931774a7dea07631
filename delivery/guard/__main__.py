"""Compare an environment with its committed inventory.

Shows what would be deleted, renamed, replaced, no longer kept or protected, and which permissions grow. The exit status
is 0 if nothing differs, 1 if something does, 2 if there is nothing to compare.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from delivery import assembly
from delivery.assembly import AssemblyError
from delivery.guard import inventory
from delivery.guard.compare import compare
from delivery.guard.inventory import ENVIRONMENTS, FOLDER, Inventory
from delivery.guard.show import show


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line, compare and print; or accept what is."""
    parser = argparse.ArgumentParser(prog="make guard", description=__doc__)
    parser.add_argument("--environment", required=True, choices=ENVIRONMENTS)
    parser.add_argument(
        "--assembly", type=Path, metavar="FOLDER", help="an assembly that exists, instead of a synthesis"
    )
    parser.add_argument("--accept", action="store_true", help="write the inventory anew, for the next commit")
    options = parser.parse_args(arguments)
    console = Console(highlight=False)
    file = FOLDER / f"{options.environment}.json"
    try:
        found = _inventory(options.environment, options.assembly)
        if options.accept:
            found.write(file)
            console.print(f"Wrote {file.name}: {len(found.stateful)} with data, {len(found.grants)} permissions")
            return 0
        changes = compare(inventory.read(file), found)
    except (AssemblyError, FileNotFoundError) as error:
        console.print(f"[bold red]error[/] {error}", soft_wrap=True)
        return 2
    show(options.environment, changes, console)
    return int(bool(changes))


def _inventory(environment: str, folder: Path | None) -> Inventory:
    if folder:
        return inventory.take(assembly.resources(folder, environment))
    with tempfile.TemporaryDirectory() as made:
        assembly.synthesize(environment, Path(made))
        return inventory.take(assembly.resources(Path(made), environment))


if __name__ == "__main__":
    sys.exit(main())
