"""Brings an environment to its account."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from delivery import assembly
from delivery.doctor import identity
from delivery.doctor.account import Account
from delivery.doctor.finding import State
from delivery.guard import inventory
from delivery.guard.compare import compare
from delivery.guard.show import show
from delivery.workstation import cli


class RefusedError(Exception):
    """Nothing was changed; the message says why and what to do."""


def deploy(
    account: Account, folder: Path, stacks: Sequence[str], console: Console, cdk: Callable[..., int] = cli.cdk
) -> int:
    """Explain and deploy the assembly of a folder; show the outputs.

    Raises
    ------
    RefusedError
        The credentials are of another account, the inventory does not allow the change, or a stack is unknown.
    """
    require_account(account)
    counts = Counter(resource.stack for resource in assembly.resources(folder, account.name))
    require_known(stacks, counts)
    _require_inventory(account, folder, console)
    chosen = stacks or list(counts)
    console.print(
        f"Deploys {len(chosen)} stacks with {sum(counts[stack] for stack in chosen)} resources to account "
        f"{account.config.environment.account} in {account.region}: {', '.join(chosen)}"
        + (", and the stacks that they need" if stacks else "")
        + ". CloudFormation changes what differs; what would be deleted or replaced is asked for first.",
        soft_wrap=True,
    )
    outputs = folder / "outputs.json"
    options = ("--app", str(folder), "--require-approval", "destructive", "--outputs-file", str(outputs))
    status = cdk("deploy", *options, "--concurrency", "4", *cli.patterns(account.name, stacks))
    if status == 0:
        _show_outputs(outputs, console)
    else:
        console.print(
            "The deployment did not finish. CloudFormation rolls the failed stack back; the others stay as they are. "
            f"Run the same command again, or `make doctor ENV={account.name}` if a stack is stuck.",
            soft_wrap=True,
        )
    return status


def require_account(account: Account) -> None:
    """Refuse to touch an account that the configuration does not name."""
    for finding in identity.credentials(account):
        if finding.state is not State.GOOD:
            raise RefusedError(f"{finding.what}. {finding.why}\n{finding.fix}")


def require_known(stacks: Sequence[str], counts: Counter[str]) -> None:
    """Refuse a stack that the environment does not have."""
    strangers = sorted(set(stacks) - counts.keys())
    if strangers:
        raise RefusedError(f"STACKS must be among {sorted(counts)}; got {strangers}")


def _require_inventory(account: Account, folder: Path, console: Console) -> None:
    file = inventory.FOLDER / f"{account.name}.json"
    changes = compare(inventory.read(file), inventory.take(assembly.resources(folder, account.name)))
    dangerous = [change for change in changes if change.dangerous]
    if dangerous:
        show(account.name, dangerous, console)
        raise RefusedError("The inventory of data and permissions does not allow this. Nothing was changed.")


def _show_outputs(file: Path, console: Console) -> None:
    if not file.is_file():
        return
    table = Table(title="Outputs", title_justify="left", box=None)
    table.add_column("name")
    table.add_column("value", overflow="fold")
    for outputs in json.loads(file.read_text(encoding="utf-8")).values():
        for name, value in outputs.items():
            if not name.startswith("ExportsOutput"):
                table.add_row(name, str(value))
    console.print(table)
