"""The check that a synthesis makes, without the synthesis."""

from __future__ import annotations

from rich.console import Console

from contracts.loader import load_contracts
from dashboards.catalog import load
from dashboards.check import problems


def run(console: Console) -> int:
    """Print all problems; 1 if there are any."""
    contracts = load_contracts()
    collection = load(contracts)
    found = problems(collection, contracts)
    for problem in found:
        console.print(problem, markup=False, soft_wrap=True)
    if found:
        console.print(f"[bold red]{len(found)} problems[/]")
        return 1
    console.print(f"{len(collection.dashboards)} dashboards and {len(collection.data_sets)} data sets are in order")
    return 0
