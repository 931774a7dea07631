"""Look for what a deployment would die of, without changing anything.

The exit status is 0 if there is no problem (warnings, and what could not be asked, are shown), 1 if there is one, 2 if
the environment cannot be read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import boto3
from rich.console import Console

from config.loader import ConfigError, load
from delivery.doctor import bootstrap, governance, identity, money, names, quicksight, quicksight_data, quotas, tools
from delivery.doctor.account import Account
from delivery.doctor.finding import Finding, Registered, State, diagnose
from smoke.place import NotDeployedError, point_at

# Without credentials for the right account, the later answers would be about somebody else's.
FIRST = [*tools.suite.checks, *identity.suite.checks]
THEN = [
    check
    for module in (bootstrap, names, governance, quotas, quicksight, quicksight_data, money)
    for check in module.suite.checks
]
_MARKS = {
    State.GOOD: "[green]✓[/]",
    State.PROBLEM: "[bold red]✗[/]",
    State.WARNING: "[yellow]![/]",
    State.UNKNOWN: "[yellow]?[/]",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line, ask every question and print the answers."""
    parser = argparse.ArgumentParser(prog="make doctor", description=__doc__)
    parser.add_argument("--environment", required=True, metavar="NAME", help="laptop, dev, staging or prod")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the findings to a file")
    options = parser.parse_args(arguments)
    console = Console(highlight=False)
    try:
        config = load(options.environment)
        point_at(options.environment)
    except (ConfigError, NotDeployedError) as error:
        console.print(f"[bold red]error[/] {error}", soft_wrap=True, markup=True)
        return 2
    found = examine(Account(config, boto3.Session(region_name=config.environment.region)), console)
    if options.json:
        rows = [{"check": title, **vars(finding)} for title, finding in found]
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return int(any(finding.state is State.PROBLEM for _, finding in found))


def examine(account: Account, console: Console) -> list[tuple[str, Finding]]:
    """Ask all questions; the later ones only if the first have no problem."""
    found = _ask(FIRST, account, console)
    if any(finding.state is State.PROBLEM for _, finding in found):
        console.print(f"{len(THEN)} more checks were not made: they need the above in order.")
    else:
        found += _ask(THEN, account, console)
    counts = {state: sum(finding.state is state for _, finding in found) for state in State}
    console.print(", ".join(f"{count} {state}" for state, count in counts.items()))
    return found


def _ask(checks: Iterable[Registered], account: Account, console: Console) -> list[tuple[str, Finding]]:
    found = []
    for title, finding in diagnose(list(checks), account):
        console.print(f"{_MARKS[finding.state]} {title}: ", end="")
        console.print(finding.what, markup=False, soft_wrap=True)
        for label, text in (("why", finding.why), ("fix", finding.fix)):
            if text:
                console.print(
                    f"    {label}: {text}", style="dim" if label == "why" else "", markup=False, soft_wrap=True
                )
        found.append((title, finding))
    return found


if __name__ == "__main__":
    sys.exit(main())
