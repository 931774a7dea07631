"""Writing of a job's lines to CloudWatch Logs while it runs."""

from __future__ import annotations

import contextlib
import threading
import time
from types import TracebackType
from typing import Self

from botocore.exceptions import ClientError

from laptop.emulator.clients import background, client

_FLUSH_SECONDS = 1.0
# PutLogEvents takes up to 10,000 events and 1 MiB.
_BATCH = 1000
_LONGEST = 100_000


class LogStream:
    """A stream that takes lines from any thread and sends them about once a second, and at its end."""

    def __init__(self, group: str, stream: str) -> None:
        self._names = {"logGroupName": group, "logStreamName": stream}
        self._lines: list[tuple[int, str]] = []
        self._lock = threading.Lock()
        self._closed = threading.Event()

    def __enter__(self) -> Self:
        logs = client("logs")
        with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_group(logGroupName=self._names["logGroupName"])
        with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_stream(**self._names)
        self._sender = background(self._send_until_closed)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        self._sender.join()
        if error:
            self.write(f"{type(error).__name__}: {error}")
        self._send()

    def write(self, line: str) -> None:
        # CloudWatch refuses an empty message.
        with self._lock:
            self._lines.append((int(time.time() * 1000), line[:_LONGEST] or " "))

    def _send_until_closed(self) -> None:
        while not self._closed.wait(_FLUSH_SECONDS):
            self._send()

    def _send(self) -> None:
        with self._lock:
            lines, self._lines = self._lines, []
        for start in range(0, len(lines), _BATCH):
            events = [{"timestamp": at, "message": text} for at, text in lines[start : start + _BATCH]]
            with contextlib.suppress(ClientError) if self._closed.is_set() else contextlib.nullcontext():
                client("logs").put_log_events(**self._names, logEvents=events)
