"""Deliver raw files, and watch the pipelines that they start."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.live import Live
from rich.table import Table

from laptop.launcher import LaptopError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datasets.prepare import RawFile
    from laptop.demo.lake import Lake

POLL_SECONDS = 1.0
TIMEOUT_SECONDS = 1800
_OUTPUT = "PipelineArn"


@dataclass(frozen=True)
class Span:
    """A state that an execution has been in."""

    state: str
    begun: datetime
    ended: datetime


@dataclass
class Execution:
    """One run of a pipeline."""

    product: str
    arn: str
    cause: str
    begun: datetime
    ended: datetime | None = None
    status: str = "RUNNING"
    state: str = ""
    error: str = ""
    spans: list[Span] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        ended = self.ended or datetime.now(self.begun.tzinfo)
        return (ended - self.begun).total_seconds()


class Pipelines:
    """The pipelines of all products."""

    def __init__(self, lake: Lake, console: Console) -> None:
        self._lake, self._console = lake, console
        self._states, self._s3, self._events = (lake.client(name) for name in ("stepfunctions", "s3", "events"))
        self._machines = {
            output.removesuffix(_OUTPUT).lower(): arn
            for output, arn in lake.outputs.items()
            if output.endswith(_OUTPUT)
        }
        # Those of an earlier demo; one that still runs may be waited for.
        self._seen = {each["executionArn"] for _, each in self._list() if each["status"] != "RUNNING"}
        self.executions: list[Execution] = []

    def deliver(self, files: Sequence[RawFile], products: Mapping[str, str]) -> set[str]:
        """Upload files, and return the keys whose pipelines have to succeed yet.

        A file that is there already has a pipeline that succeeded or still runs, unless a demo was killed: then its
        pipeline is started again.

        Parameters
        ----------
        products
            The product of each table.
        """
        keys, known = self.upload(files), self._outcomes()
        for file in files:
            if file.key in keys or "SUCCEEDED" in known[file.key]:
                continue
            if "RUNNING" not in known[file.key]:
                self.request(products[file.table], [file.table], file.key)
            keys.add(file.key)
        return keys

    def _outcomes(self) -> dict[str, set[str]]:
        """Return how the executions for each cause ended, or that they run."""
        found: dict[str, set[str]] = defaultdict(set)
        for _, execution in self._list():
            found[self._cause(execution["executionArn"])].add(execution["status"])
        return found

    def _cause(self, arn: str) -> str:
        given = json.loads(self._states.describe_execution(executionArn=arn)["input"])
        return str(given.get("key") or given.get("request"))

    def upload(self, files: Iterable[RawFile]) -> set[str]:
        """Upload files that are not there yet, and return their keys; each starts its pipeline by an event."""
        keys = set()
        for file in files:
            if not self._is_uploaded(file):
                self._s3.upload_file(str(file.path), self._lake.bucket("raw"), file.key)
                keys.add(file.key)
        return keys

    def _is_uploaded(self, file: RawFile) -> bool:
        found = self._s3.list_objects_v2(Bucket=self._lake.bucket("raw"), Prefix=file.key).get("Contents", [])
        return any(item["Key"] == file.key and item["Size"] == file.path.stat().st_size for item in found)

    def deliver_by_hand(self, product: str, files: Sequence[RawFile], request: str) -> str:
        """Upload the files of several tables at once and start one pipeline run over all of them.

        Several files of one delivery would start one run each. The rule is held back meanwhile, as an operator does
        for a bulk load (docs/operations.md).
        """
        tables = sorted({file.table for file in files})
        with self._held_back(tables):
            self.upload(files)
        return self.request(product, tables, request)

    def request(self, product: str, tables: Sequence[str], request: str) -> str:
        """Start the pipeline of a product over what is in the raw zone; return the id of the request."""
        self.start(product, {"tables": tables, "request": request})
        return request

    def start(self, product: str, document: Mapping[str, Any]) -> None:
        """Start the pipeline of a product with an input of its own."""
        self._states.start_execution(stateMachineArn=self._machines[product], input=json.dumps(document))

    def wait(self, causes: set[str]) -> list[Execution]:
        """Wait until an execution has ended for each cause: the key of an object, or the id of a request.

        Raises
        ------
        LaptopError
            A pipeline does not start, fails or does not end.
        """
        found: dict[str, Execution] = {}
        deadline = time.monotonic() + TIMEOUT_SECONDS
        with Live(console=self._console, refresh_per_second=4, transient=True) as live:
            while causes - {cause for cause, execution in found.items() if execution.ended}:
                if time.monotonic() > deadline:
                    raise LaptopError(_unfinished(causes, found))
                for execution in self._new(causes):
                    found[execution.cause] = execution
                for execution in found.values():
                    self._refresh(execution)
                live.update(_table(found.values(), causes))
                time.sleep(POLL_SECONDS)
        self.executions += found.values()
        for execution in found.values():
            self._say(execution)
        failed = [execution for execution in found.values() if execution.status != "SUCCEEDED"]
        if failed:
            raise LaptopError(
                "\n".join(f"{item.product}: {item.status} in {item.state}: {item.error}" for item in failed)
            )
        return list(found.values())

    def _list(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for product, arn in self._machines.items():
            for execution in self._states.list_executions(stateMachineArn=arn, maxResults=100)["executions"]:
                yield product, execution

    def _new(self, causes: set[str]) -> Iterator[Execution]:
        for product, execution in self._list():
            arn = execution["executionArn"]
            if arn in self._seen:
                continue
            cause = self._cause(arn)
            if cause in causes:
                self._seen.add(arn)
                yield Execution(product, arn, cause, execution["startDate"])

    def _refresh(self, execution: Execution) -> None:
        if execution.ended:
            return
        described = self._states.describe_execution(executionArn=execution.arn)
        execution.status = described["status"]
        if execution.status == "RUNNING":
            execution.state = self._current_state(execution.arn) or execution.state
            return
        execution.ended = described["stopDate"]
        execution.error = f"{described.get('error', '')}: {described.get('cause', '')}".strip(": ")
        pages = self._states.get_paginator("get_execution_history").paginate(executionArn=execution.arn)
        execution.spans = spans([event for page in pages for event in page["events"]])
        execution.state = execution.spans[-1].state if execution.spans else ""

    def _current_state(self, arn: str) -> str | None:
        """Name the state that an execution entered last, if that is among its latest events."""
        latest = self._states.get_execution_history(executionArn=arn, reverseOrder=True, maxResults=5)["events"]
        entered = (event["stateEnteredEventDetails"]["name"] for event in latest if "stateEnteredEventDetails" in event)
        return next(entered, None)

    def _say(self, execution: Execution) -> None:
        mark = "[green]✓[/]" if execution.status == "SUCCEEDED" else "[red]✗[/]"
        steps = {span.state for span in execution.spans}
        note = " (known input: nothing to do)" if "Duplicate" in steps else ""
        self._console.print(
            f"   {mark} {execution.product}: {execution.cause} [dim]{execution.seconds:.1f} s{note}[/]", soft_wrap=True
        )

    @contextmanager
    def _held_back(self, tables: Iterable[str]) -> Iterator[None]:
        keys = {f"{table}/" for table in tables}
        pages = self._events.get_paginator("list_rules").paginate()
        rules = [rule["Name"] for page in pages for rule in page["Rules"] if keys & key_prefixes(rule)]
        for rule in rules:
            self._events.disable_rule(Name=rule)
        try:
            yield
        finally:
            for rule in rules:
                self._events.enable_rule(Name=rule)


def key_prefixes(rule: Mapping[str, Any]) -> set[str]:
    """Beginnings of the keys of objects that a rule of EventBridge waits for."""
    pattern = json.loads(rule.get("EventPattern") or "{}")
    keys = pattern.get("detail", {}).get("object", {}).get("key", [])
    return {key["prefix"] for key in keys if "prefix" in key}


def spans(events: Sequence[dict[str, Any]]) -> list[Span]:
    """Read the states of an execution, and when it was in each, from its history.

    A state that is still running ends with the last event. States inside a Map count as part of the map.
    """
    found: list[Span] = []
    depth = 0
    for event in events:
        kind = event["type"]
        if kind == "MapStateEntered":
            depth += 1
        if kind.endswith("StateEntered") and depth - (kind == "MapStateEntered") == 0:
            found.append(Span(event["stateEnteredEventDetails"]["name"], event["timestamp"], event["timestamp"]))
        elif found:
            found[-1] = Span(found[-1].state, found[-1].begun, event["timestamp"])
        if kind == "MapStateExited":
            depth -= 1
    return found


def _table(executions: Iterable[Execution], causes: set[str]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 3), show_header=False)
    waiting = set(causes)
    for execution in executions:
        waiting.discard(execution.cause)
        color = {"RUNNING": "cyan", "SUCCEEDED": "green"}.get(execution.status, "red")
        table.add_row(
            execution.product,
            execution.cause,
            f"[{color}]{execution.state if not execution.ended else execution.status.lower()}[/]",
            f"{execution.seconds:.0f} s",
        )
    for cause in sorted(waiting):
        table.add_row("", cause, "[dim]waiting for its event[/]", "")
    return table


def _unfinished(causes: set[str], found: dict[str, Execution]) -> str:
    silent = sorted(causes - set(found))
    running = [f"{item.cause} (in {item.state})" for item in found.values() if not item.ended]
    return (
        f"all pipelines must end within {TIMEOUT_SECONDS} s; not started: {silent}, still running: {running}. "
        "See `python -m laptop logs`"
    )
