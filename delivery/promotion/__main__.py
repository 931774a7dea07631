"""Promote one assembly from account to account.

`digest` names it, `report` says what it changes, `prepare` makes change sets, `execute` executes them. The exit status
is 2 if a step refused and nothing was changed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from config.loader import ConfigError, load
from delivery.assembly import AssemblyError
from delivery.cost.workload import WorkloadError
from delivery.doctor.account import Account
from delivery.guard.inventory import ENVIRONMENTS
from delivery.promotion import change_sets
from delivery.promotion.digest import digest, verify
from delivery.promotion.report import report
from delivery.workstation.deployment import RefusedError, require_account

_REFUSALS = (AssemblyError, ConfigError, WorkloadError, RefusedError, ClientError, BotoCoreError)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one step."""
    options = _parser().parse_args(arguments)
    console = Console(highlight=False)
    run: Callable[[argparse.Namespace, Console], int] = options.run
    try:
        return run(options, console)
    except _REFUSALS as error:
        console.print(f"[bold red]error[/] {error}", soft_wrap=True)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m delivery.promotion", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="STEP")

    def add(name: str, run: Callable[[argparse.Namespace, Console], int], text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        command.add_argument("--assembly", type=Path, required=True, metavar="FOLDER")
        return command

    add("digest", _digest, "Print the digest of an assembly.")
    command = add("report", _report, "Write what changes between two assemblies, as Markdown.")
    command.add_argument("--before", type=Path, required=True, metavar="FOLDER")
    for name, run, text in (
        ("prepare", _prepare, "Publish assets and make the change sets of an environment."),
        ("execute", _execute, "Execute the change sets of an environment."),
    ):
        command = add(name, run, text)
        command.add_argument("--environment", required=True, metavar="NAME")
        command.add_argument("--digest", required=True, metavar="SHA256", help="of the assembly that was built")
    return parser


def _digest(options: argparse.Namespace, console: Console) -> int:
    print(digest(options.assembly))
    return 0


def _report(options: argparse.Namespace, console: Console) -> int:
    print(report(ENVIRONMENTS, options.before, options.assembly), end="")
    return 0


def _prepare(options: argparse.Namespace, console: Console) -> int:
    return change_sets.prepare(_account(options), options.assembly, console)


def _execute(options: argparse.Namespace, console: Console) -> int:
    return change_sets.execute(_account(options), options.assembly, console)


def _account(options: argparse.Namespace) -> Account:
    """Give the account, after making sure that both it and the assembly are the ones that are meant."""
    verify(options.assembly, options.digest)
    config = load(options.environment)
    account = Account(config, boto3.Session(region_name=config.environment.region))
    require_account(account)
    return account


if __name__ == "__main__":
    sys.exit(main())
