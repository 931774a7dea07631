"""Estimate what an environment costs a month, from its templates, its workload and list prices.

Nothing is asked of AWS. Assumptions are in delivery/cost/workloads/, prices in delivery/cost/prices.toml.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from config.loader import ENVIRONMENTS, ConfigError
from delivery import assembly
from delivery.assembly import ROOT, AssemblyError
from delivery.cost import prices, workload
from delivery.cost.estimate import Estimate, difference, estimate
from delivery.cost.workload import WorkloadError

_WIDTH = 110


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the estimate. The exit status is 2 if there is nothing to estimate."""
    parser = argparse.ArgumentParser(prog="make cost", description=__doc__)
    names = sorted(file.stem for file in ENVIRONMENTS.glob("*.toml"))
    parser.add_argument("--environment", required=True, choices=names)
    parser.add_argument(
        "--since", metavar="COMMIT", help="show what changed since a commit, at the same use and prices"
    )
    parser.add_argument("--measured", type=Path, metavar="FILE", help="values of a run that replace assumptions (JSON)")
    parser.add_argument("--lines", action="store_true", help="show every line, not only sums by service")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the estimate to a file")
    options = parser.parse_args(arguments)
    # A line of the estimate is not cut where the output is piped into a file or a comment.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH)
    try:
        use = workload.load(options.environment, options.measured)
        now = _estimate(options.environment, use, ROOT)
        before = _estimate_of(options.since, options.environment, use) if options.since else None
    except (AssemblyError, ConfigError, WorkloadError) as error:
        console.print(f"[bold red]error[/] {error}", soft_wrap=True)
        return 2
    _show(now, options, console)
    if before:
        _show_difference(before, now, options.since, console)
    if options.json:
        options.json.write_text(json.dumps(_plain(now), indent=1), encoding="utf-8")
    return 0


def _estimate(environment: str, use: workload.Workload, source: Path) -> Estimate:
    with tempfile.TemporaryDirectory() as folder:
        assembly.synthesize(environment, Path(folder), source)
        return estimate(assembly.resources(Path(folder), environment), use, prices.load())


def _estimate_of(commit: str, environment: str, use: workload.Workload) -> Estimate:
    """Estimate another commit, from a worktree that exists for this only."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        _git("worktree", "add", "--quiet", "--detach", str(tree), commit)
        try:
            return _estimate(environment, use, tree)
        finally:
            _git("worktree", "remove", "--force", str(tree))


def _git(*arguments: str) -> None:
    done = subprocess.run(["git", *arguments], cwd=ROOT, check=False, capture_output=True, text=True)  # noqa: S603, S607
    if done.returncode:
        raise AssemblyError(f"git {' '.join(arguments[:2])} failed: {done.stderr.strip()}")


def _show(found: Estimate, options: argparse.Namespace, console: Console) -> None:
    listed = prices.load()
    table = Table(title=f"A month of {options.environment} in US dollars", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("stack")
    table.add_column("service")
    if options.lines:
        for heading in ("what", "quantity", "unit"):
            table.add_column(heading, justify="right" if heading == "quantity" else "left")
    table.add_column("USD", justify="right")
    if options.lines:
        for stack, lines in found.lines.items():
            for line in lines:
                table.add_row(stack, line.service, line.what, f"{line.quantity:,.2f}", line.unit, f"{line.usd:,.2f}")
    else:
        for (stack, service), usd in found.by_service().items():
            table.add_row(stack, service, f"{usd:,.2f}")
    table.add_section()
    table.add_row("all", "", *([""] * 3 if options.lines else []), f"{found.usd:,.2f}", style="bold")
    console.print(table)
    console.print(
        f"List prices of {listed.region}, checked {listed.checked}; use as assumed in "
        f"delivery/cost/workloads/{options.environment}.toml"
        + (f" and measured in {options.measured}" if options.measured else ""),
        soft_wrap=True,
    )
    for name, count in sorted(found.unpriced.items()):
        console.print(f"[yellow]Not estimated:[/] {count} of {name}")


def _show_difference(before: Estimate, now: Estimate, commit: str, console: Console) -> None:
    changes = difference(before.by_service(), now.by_service())
    console.print(f"Since {commit}: {now.usd - before.usd:+,.2f} USD a month")
    for (stack, service), change in changes.items():
        console.print(f"  {stack} {service}: {change:+,.2f}")


def _plain(found: Estimate) -> dict[str, object]:
    lines = [{"stack": stack, **vars(line)} for stack, items in found.lines.items() for line in items]
    return {"usd": found.usd, "lines": lines, "not_estimated": dict(found.unpriced)}


if __name__ == "__main__":
    sys.exit(main())
