"""Deploy, compare or delete an environment on AWS. Says what it does before it acts.

The exit status is 2 if it refused and nothing was changed; otherwise that of the CDK CLI.
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
from delivery.assembly import ROOT, AssemblyError
from delivery.doctor.account import Account
from delivery.workstation import cli, deployment, teardown
from delivery.workstation.deployment import RefusedError

_FOLDER = ROOT / "cdk.out"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="python -m delivery.workstation", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, text in (
        ("deploy", _deploy, "Synthesize with the gate, compare with the inventory, deploy."),
        ("diff", _diff, "Compare templates with what is deployed."),
        ("destroy", _destroy, "Empty the buckets, delete the stacks, list what is left."),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        command.add_argument("--environment", required=True, metavar="NAME", help="dev, staging or prod")
        command.add_argument("--assembly", type=Path, metavar="FOLDER", help="deploy this one; do not synthesize")
        if name != "destroy":
            command.add_argument("--stacks", nargs="*", default=[], metavar="STACK", help="some stacks only (Query)")
        else:
            command.add_argument("--confirm", default="", metavar="NAME", help="lake-<environment>, typed by a person")
    options = parser.parse_args(arguments)
    console = Console(highlight=False)
    run_command: Callable[[argparse.Namespace, Account, Console], int] = options.run
    try:
        config = load(options.environment)
        account = Account(config, boto3.Session(region_name=config.environment.region))
        return run_command(options, account, console)
    except (AssemblyError, ConfigError, FileNotFoundError, RefusedError, ClientError, BotoCoreError) as error:
        console.print(f"[bold red]error[/] {error}", soft_wrap=True)
        return 2


def _deploy(options: argparse.Namespace, account: Account, console: Console) -> int:
    deployment.require_account(account)
    return deployment.deploy(account, _folder(options, console), options.stacks, console)


def _diff(options: argparse.Namespace, account: Account, console: Console) -> int:
    deployment.require_account(account)
    folder = _folder(options, console)
    return cli.cdk("diff", "--app", str(folder), *cli.patterns(account.name, options.stacks))


def _destroy(options: argparse.Namespace, account: Account, console: Console) -> int:
    deployment.require_account(account)
    folder = _folder(options, console)
    teardown.explain(account, folder, console)
    return teardown.destroy(account, folder, options.confirm, console)


def _folder(options: argparse.Namespace, console: Console) -> Path:
    if options.assembly:
        folder: Path = options.assembly
        return folder
    console.print(f"Synthesizes {options.environment} with the rules of the gate")
    cli.synthesize(options.environment, _FOLDER)
    return _FOLDER


if __name__ == "__main__":
    sys.exit(main())
