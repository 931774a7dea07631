"""Commands of the laptop lake: `python -m laptop --help`."""

from __future__ import annotations

import argparse
import sys
import time
import webbrowser
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.table import Table

from laptop import aws, deploy, launcher
from laptop.launcher import LaptopError
from laptop.sockets import listeners
from laptop.state import Home

console = Console(highlight=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace, Home], int] = options.run
    try:
        return command(options, Home.default())
    except LaptopError as error:
        console.print(f"[bold red]error[/] {error}", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m laptop",
        description="The data lake on this machine: no AWS account, no Docker. Its state is in .lake/ (or $LAKE_HOME).",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Callable[[argparse.Namespace, Home], int], text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        return command

    add("up", _up, "Start the emulator, unless it runs.")
    add("deploy", _deploy, "Deploy all stacks with the CDK CLI (starts the emulator if needed).")
    add("status", _status, "Show what runs and what is deployed.")
    add("destroy", _destroy, "Empty the buckets and delete all stacks with the CDK CLI.")
    add("down", _down, "Stop the emulator; the state is kept.")
    dashboards = add("dashboards", _dashboards, "Write the preview of the deployed dashboards and print where it is.")
    dashboards.add_argument("--open", action="store_true", help="open it in a browser as well")
    portal = add("portal", _portal, "Print where people label (starts the emulator if needed).")
    portal.add_argument("--open", action="store_true", help="open it in a browser as well")
    logs = add("logs", _logs, "Print the emulator's log.")
    logs.add_argument("--lines", type=int, default=100, help="how many of the last lines (default: 100)")
    logs.add_argument("--follow", action="store_true", help="go on printing")
    add("environment", _environment, "Print the variables with which any AWS tool reaches the lake.")
    demo = add("demo", _demo, "Deploy the lake, run it on real data and write a report.")
    demo.add_argument("arguments", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


def _up(_: argparse.Namespace, home: Home) -> int:
    started = time.monotonic()
    was_running = home.running() is not None
    with console.status("Starting the emulator"):
        run = launcher.up(home)
    verb = "already runs" if was_running else f"started in {time.monotonic() - started:.1f} s"
    console.print(f"The emulator {verb}: {run.endpoint} (process {run.pid}, loopback only)")
    return 0


def _deploy(options: argparse.Namespace, home: Home) -> int:
    _up(options, home)
    deploy.deploy(home, console)
    return 0


def _destroy(_: argparse.Namespace, home: Home) -> int:
    launcher.require(home)
    deploy.destroy(home, console)
    return 0


def _down(_: argparse.Namespace, home: Home) -> int:
    with console.status("Stopping the emulator"):
        stopped = launcher.down(home)
    console.print("The emulator stopped; its state is kept." if stopped else "The emulator does not run.")
    return 0


def _status(_: argparse.Namespace, home: Home) -> int:
    run = home.running()
    if run is None:
        console.print(f"The emulator does not run (state: {home.path}).")
        return 1
    sockets = ", ".join(map(str, listeners(run.pid)))
    answers = "answers" if launcher.is_ready(run) else "[red]does not answer[/]"
    console.print(f"The emulator {answers} at {run.endpoint} (process {run.pid}, listens on {sockets})")
    table = Table("Stack", "Status", "Resources", "Changed")
    for stack in aws.stacks(home, run):
        table.add_row(stack.name, stack.status, str(stack.resources), f"{stack.changed:%Y-%m-%d %H:%M:%S}")
    console.print(table if table.row_count else "No stack is deployed.")
    return 0


def _portal(options: argparse.Namespace, home: Home) -> int:
    launcher.up(home)
    url = launcher.portal(home)
    console.print(f"People label at {url} (loopback only)")
    if options.open:
        webbrowser.open(url)
    return 0


def _dashboards(options: argparse.Namespace, home: Home) -> int:
    from laptop.preview import command  # noqa: PLC0415 (it loads the SDK, which other commands do not need)

    launcher.up(home)
    with console.status("Reading dashboards and rows"):
        page = command.run(home, launcher.require(home))
    console.print(f"Dashboards: {page.as_uri()}", soft_wrap=True)
    if options.open:
        webbrowser.open(page.as_uri())
    return 0


def _logs(options: argparse.Namespace, home: Home) -> int:
    if not home.log.exists():
        raise LaptopError(f"there is no log yet ({home.log}); start the emulator with `make up`")
    sys.stdout.write(launcher.tail(home.log, options.lines) + "\n")
    if options.follow:
        _follow(home)
    return 0


def _follow(home: Home) -> None:
    with home.log.open(errors="replace") as log:
        log.seek(0, 2)
        while True:
            sys.stdout.write(log.read())
            sys.stdout.flush()
            time.sleep(0.3)


def _environment(_: argparse.Namespace, home: Home) -> int:
    for name, value in aws.environment(home, launcher.require(home)).items():
        sys.stdout.write(f"export {name}={value}\n")
    return 0


def _demo(options: argparse.Namespace, _: Home) -> int:
    from laptop.demo.run import main as demo  # noqa: PLC0415 (it loads awswrangler, which takes a second)

    return demo(options.arguments)
