"""Run every check against a deployed lake. The exit status is 0 if none failed, 1 if one did, 2 if there is no lake."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from smoke import access, bi, labels, queries, storage, tables, text
from smoke.check import Result, State, run
from smoke.lake import Lake, connect
from smoke.place import NotDeployedError

CHECKS = [check for module in (storage, tables, queries, text, labels, bi, access) for check in module.suite.checks]
_MARKS = {
    State.PROVEN: "[green]✓ proven[/]",
    State.FAILED: "[bold red]✗ FAILED[/]",
    State.NOT_PROVEN: "[yellow]? not proven[/]",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line, run the checks, print and save what they found."""
    parser = argparse.ArgumentParser(prog="python -m smoke", description=__doc__)
    parser.add_argument("--environment", required=True, metavar="NAME", help="laptop, dev, staging or prod")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the results to a file")
    options = parser.parse_args(arguments)
    console = Console(highlight=False)
    try:
        lake = connect(options.environment)
    except NotDeployedError as error:
        console.print(f"[bold red]error[/] {error}", soft_wrap=True)
        return 2
    results = prove(lake, console)
    if options.json:
        options.json.write_text(json.dumps([vars(result) for result in results], indent=1), encoding="utf-8")
    return int(any(result.state is State.FAILED for result in results))


def prove(lake: Lake, console: Console) -> list[Result]:
    """Run all checks and print each as it ends."""
    results = []
    for result in run(CHECKS, lake):
        console.print(f"{_MARKS[result.state]}  {result.title} ({result.seconds:.1f} s)", soft_wrap=True)
        console.print(f"    {result.proof}", style="dim", markup=False, soft_wrap=True)
        results.append(result)
    counts = {state: sum(result.state is state for result in results) for state in State}
    console.print(", ".join(f"{count} {state}" for state, count in counts.items()))
    return results


if __name__ == "__main__":
    sys.exit(main())
