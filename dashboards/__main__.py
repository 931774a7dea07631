"""Commands: `check`, `refresh`, `url`, `member`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from dashboards.errors import DashboardError

_KEY = "KEY=VALUE"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. The exit status is 1 if it failed, or found something wrong."""
    options = _parser().parse_args(arguments)
    # awswrangler takes a second to load: not for --help.
    from smoke.place import NotDeployedError  # noqa: PLC0415

    run: Callable[[argparse.Namespace, Console], int] = options.run
    try:
        return run(options, Console(highlight=False))
    except (NotDeployedError, DashboardError, BotoCoreError, ClientError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def _check(options: argparse.Namespace, console: Console) -> int:
    from dashboards.cli.checking import run  # noqa: PLC0415

    return run(console)


def _refresh(options: argparse.Namespace, console: Console) -> int:
    from dashboards.cli.place import find  # noqa: PLC0415
    from dashboards.cli.refresh import run  # noqa: PLC0415

    return run(
        find(options.environment),
        console,
        names=options.data_set,
        incremental=options.incremental,
        minutes=options.minutes,
    )


def _url(options: argparse.Namespace, console: Console) -> int:
    from dashboards.cli.address import run  # noqa: PLC0415
    from dashboards.cli.place import find  # noqa: PLC0415

    who = {"user": options.user} if options.user else {"tags": dict(options.tag or ())}
    return run(find(options.environment), {"dashboard": options.dashboard, **who})


def _member(options: argparse.Namespace, console: Console) -> int:
    from dashboards.cli.members import run  # noqa: PLC0415
    from dashboards.cli.place import find  # noqa: PLC0415

    return run(find(options.environment), console, group=options.group, user=options.user, remove=options.remove)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dashboards", description="Dashboards of the lake.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help=_CHECK, description=_CHECK)
    check.set_defaults(run=_check)
    for name, text, run, add in (
        ("refresh", _REFRESH, _refresh, _add_refresh),
        ("url", _URL, _url, _add_url),
        ("member", _MEMBER, _member, _add_member),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("--environment", default="laptop", help="laptop, dev, staging or prod (laptop)")
        command.set_defaults(run=run)
        add(command)
    return parser


_CHECK = "Say what QuickSight would refuse or show wrongly; needs no AWS."
_REFRESH = "Bring data sets up to date now, and say what each took in."
_URL = "Ask for an address under which a dashboard can be embedded, once, within five minutes."
_MEMBER = "Show who is in a group, put a user into it, or take one out."


def _add_refresh(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--data-set", action="append", metavar="NAME", help="one of them, again for more (all that SPICE holds)")
    add("--incremental", action="store_true", help="only the window that is looked back, of data sets that have one")
    add("--minutes", type=float, default=30, metavar="M", help="how long to wait (30)")


def _add_url(command: argparse.ArgumentParser) -> None:
    command.add_argument("--dashboard", required=True, metavar="NAME", help="such as orders")
    who = command.add_mutually_exclusive_group(required=True)
    who.add_argument("--user", metavar="NAME", help="a registered user")
    who.add_argument("--tag", action="append", type=_pair, metavar=_KEY, help="a visitor without a user, by its tags")


def _add_member(command: argparse.ArgumentParser) -> None:
    command.add_argument("--group", required=True, metavar="NAME", help="such as lake-managers")
    command.add_argument("--user", metavar="NAME", help="whom to put in; without, members are shown")
    command.add_argument("--remove", action="store_true", help="take the user out")


def _pair(text: str) -> tuple[str, str]:
    key, separator, value = text.partition("=")
    if not separator or not key:
        raise argparse.ArgumentTypeError(f"expected {_KEY}; got {json.dumps(text)}")
    return key, value


if __name__ == "__main__":
    sys.exit(main())
