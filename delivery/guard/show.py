"""Shows changes to whoever makes them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from delivery.guard.compare import Change


def show(environment: str, changes: Sequence[Change], console: Console) -> None:
    """Print each change, and how to go on once for each kind."""
    if not changes:
        console.print(f"{environment} is as its inventory says.")
    told = set()
    for change in changes:
        console.print("[bold red]✗[/]" if change.dangerous else "[yellow]·[/]", end=" ")
        console.print(f"{environment}: {change}", markup=False, soft_wrap=True)
        if change.kind not in told:
            console.print(f"    {change.way_out.replace('<environment>', environment)}", markup=False, soft_wrap=True)
            told.add(change.kind)
