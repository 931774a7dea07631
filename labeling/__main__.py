"""Commands: `tasks`, `label`, `order`, `describe`, `wait`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel

from labeling.loader import load_tasks
from labeling.sdk import Labeling
from labeling.workflow import label

if TYPE_CHECKING:
    from smoke.lake import Lake

_SHOWN = (
    "labeling_job_name",
    "labeling_job_status",
    "label_counters",
    "failure_reason",
    "labeling_job_output",
    "creation_time",
    "last_modified_time",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        if options.run is None:
            return _tasks()
        # awswrangler takes a second to load: not for --help.
        from smoke.lake import connect  # noqa: PLC0415

        run: Callable[[argparse.Namespace, Lake], int] = options.run
        return run(options, connect(options.environment))
    except (ValueError, RuntimeError, BotoCoreError, ClientError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; a job that was ordered goes on", file=sys.stderr)
        return 130


def _tasks() -> int:
    """List the tasks, which also checks them."""
    for folder in load_tasks():
        task = folder.task
        print(f"{task.name:14} {task.kind:20} {task.title} ({', '.join(task.categories)})")
    return 0


def _label(options: argparse.Namespace, lake: Lake) -> int:
    output = label(lake, options.task, _source(options), request=options.request)
    _show(output)
    return 0


def _order(options: argparse.Namespace, lake: Lake) -> int:
    job = Labeling(lake=lake).order(options.task, _source(options), request=options.request)
    _show(_plain(job))
    return 0


def _describe(options: argparse.Namespace, lake: Lake) -> int:
    _show(_plain(Labeling(lake=lake).job(options.job)))
    return 0


def _wait(options: argparse.Namespace, lake: Lake) -> int:
    job = Labeling(lake=lake).job(options.job)
    job.wait(poll=options.poll, timeout=options.timeout)
    _show(_plain(job))
    return 0


def _source(options: argparse.Namespace) -> dict[str, Any]:
    """Say where the objects are, as the workflow takes it."""
    if options.job:
        return {"job": options.job} | ({"below": options.below} if options.below is not None else {})
    given = {"prefix": options.prefix, "query": options.query, "stream": options.stream or None}
    found = {name: value for name, value in given.items() if value}
    return found or {"prefix": f"objects/{options.task}/"}


def _plain(job: Any) -> dict[str, Any]:
    """Take what people ask of a job out of what the SDK gives."""
    fields = {name: _value(getattr(job, name, None)) for name in _SHOWN}
    return {name: value for name, value in fields.items() if value}


def _value(value: Any) -> Any:
    """Write a value of the SDK as plain data; what is unknown is an object of its own there."""
    if type(value).__name__ == "Unassigned":
        return None
    if isinstance(value, BaseModel):
        parts = {name: _value(item) for name, item in value}
        return {name: item for name, item in parts.items() if item is not None}
    return value


def _show(document: dict[str, Any]) -> None:
    print(json.dumps(document, indent=2, ensure_ascii=False, default=str))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m labeling", description="Labeling jobs of the lake.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    tasks = commands.add_parser("tasks", help="List the tasks, and check their folders.")
    tasks.set_defaults(run=None)
    for name, run, text in (
        ("label", _label, "Label what a task has left, and bring the labels into the tables: the whole workflow."),
        ("order", _order, "Order a labeling job through the SageMaker SDK; `label` brings its labels in later."),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        _add_source(command)
    for name, run, text in (
        ("describe", _describe, "Show a labeling job."),
        ("wait", _wait, "Wait until a labeling job has ended."),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        command.add_argument("job", help="name of the labeling job")
        command.add_argument("--environment", default="laptop", help="laptop, dev, staging or prod (laptop)")
    commands.choices["wait"].add_argument("--poll", type=int, default=30, help="seconds between two looks (30)")
    commands.choices["wait"].add_argument("--timeout", type=int, help="seconds after which to give up")
    return parser


def _add_source(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("task", choices=[folder.task.name for folder in load_tasks()], help="a folder of labeling/")
    add("--environment", default="laptop", help="laptop, dev, staging or prod (laptop)")
    add("--request", default=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", help="name of the request (the time)")
    where = command.add_mutually_exclusive_group()
    where.add_argument("--prefix", help="folder of the labeling bucket (objects/<task>/)")
    where.add_argument("--query", help="SQL that gives object and source, or source_ref")
    where.add_argument("--job", help="labeling job whose output is labeled further, or verified")
    where.add_argument("--stream", action="store_true", help="objects come through the task's topic")
    add("--below", type=float, help="with --job: only labels of less confidence")


if __name__ == "__main__":
    sys.exit(main())
