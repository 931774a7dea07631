"""Commands: `produce`, `replay`, `counters`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from datasets.fetch import FetchError
from streaming.outputs import output
from streaming.replay_command import BATCHES, KINDS, moment
from streaming.sender import SendError
from streaming.sources import GENERATED, NOW, ORIGINAL, RATINGS, SHOP, SOURCES

if TYPE_CHECKING:
    from smoke.lake import Lake

PACKAGES = Path(".lake/datasets/packages")

_SOURCE_HELP = (
    f"{SHOP}: 31,106 events of a shop, synthetic by its authors' word; {RATINGS}: 100,004 real ratings of movies; "
    f"{GENERATED}: a Poisson process without end ({SHOP})"
)
_SPEED_HELP = "seconds of event time per second: 1 is as it happened, 0 is without waiting (0)"
_TIMES_HELP = (
    f"when events say that they happened: as in the data, or moved to now ({SHOP}: {ORIGINAL}; {RATINGS}, which are "
    f"older than the contract accepts: {NOW})"
)
_WHAT_HELP = (
    "batches: what Lambda gave up, through the same function again; rejected: events that broke the contract, back to "
    "the stream; archive: events that Firehose could not deliver, back to the stream; stream: what the stream still "
    "holds, through the function that writes to the lake (batches)"
)
_UNORDERED_HELP = (
    "faster where few users send much: order within a user is not kept when the stream refuses some records"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    options = _parser().parse_args(arguments)
    # awswrangler takes a second to load: not for --help.
    from smoke.lake import connect  # noqa: PLC0415
    from smoke.place import NotDeployedError  # noqa: PLC0415

    run: Callable[[argparse.Namespace, Lake, Console], int] = options.run
    try:
        return run(options, connect(options.environment), Console(highlight=False))
    except (NotDeployedError, FetchError, SendError, ValueError, BotoCoreError, ClientError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def _produce(options: argparse.Namespace, lake: Lake, console: Console) -> int:
    from streaming.produce_command import run  # noqa: PLC0415

    return run(options, lake.client("kinesis"), options.stream or output(lake, "StreamName"), console)


def _replay(options: argparse.Namespace, lake: Lake, console: Console) -> int:
    from streaming.replay_command import run  # noqa: PLC0415

    return run(options, lake, console)


def _counters(options: argparse.Namespace, lake: Lake, console: Console) -> int:
    from streaming.show import watch  # noqa: PLC0415

    table = output(lake, "CountersTableName")
    once = not options.follow
    watch(lake.client("dynamodb"), table, console, minutes=options.minutes, top=options.top, until=lambda counts: once)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m streaming", description="Clients of the lake's clickstream.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, text, run, add in (
        (
            "produce",
            "Send events to the stream: real ones, a synthetic shop's, or generated ones.",
            _produce,
            _add_produce,
        ),
        ("replay", "Give records that failed to the code that failed on them, once more.", _replay, _add_replay),
        ("counters", "Show the live counters.", _counters, _add_counters),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("--environment", default="laptop", help="laptop, dev, staging or prod (laptop)")
        command.set_defaults(run=run)
        add(command)
    return parser


def _add_produce(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--source", choices=SOURCES, default=SHOP, help=_SOURCE_HELP)
    add("--events", type=int, metavar="N", help="send at most N")
    add("--skip", type=int, default=0, metavar="N", help="leave out the first N, which were sent before (0)")
    add("--speed", type=float, default=0.0, metavar="X", help=_SPEED_HELP)
    add("--times", choices=(ORIGINAL, NOW), help=_TIMES_HELP)
    add("--rate", type=float, default=100.0, metavar="R", help=f"{GENERATED}: mean events per second (100)")
    add("--users", type=int, default=1000, metavar="U", help=f"{GENERATED}: how many users there are (1000)")
    add("--seed", type=int, default=0, metavar="S", help="same seed, same events and same disorder (0)")
    add("--late", type=float, default=0.0, metavar="SHARE", help="share of events that are sent late (0)")
    add("--late-seconds", type=float, default=3600.0, metavar="T", help="by how much at most (3600)")
    add("--duplicates", type=float, default=0.0, metavar="SHARE", help="share of events that are sent twice (0)")
    add("--out-of-order", type=float, default=0.0, metavar="SHARE", help="share of events that others overtake (0)")
    add("--aggregate", action="store_true", help="many events in a record, as the Kinesis Producer Library does")
    add("--unordered", action="store_true", help=_UNORDERED_HELP)
    add("--stream", metavar="NAME", help="another stream than the lake's")
    add("--packages", type=Path, default=PACKAGES, help=f"folder of fetched data sets ({PACKAGES})")


def _add_replay(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--what", choices=KINDS, default=BATCHES, help=_WHAT_HELP)
    add("--dry-run", action="store_true", help="say what would be done, change nothing")
    add("--since", type=moment, metavar="TIME", help="stream: from which time of arrival on, in ISO 8601")
    add("--prefix", default="", help="only objects whose key begins so")
    add("--batch", type=int, default=500, metavar="N", help="records given to the function at a time (500)")


def _add_counters(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--follow", action="store_true", help="go on until Ctrl-C")
    add("--minutes", type=int, default=5, metavar="M", help="how far back to look (5)")
    add("--top", type=int, default=12, metavar="N", help="how many names to show (12)")


if __name__ == "__main__":
    sys.exit(main())
