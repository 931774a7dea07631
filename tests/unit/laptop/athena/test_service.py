from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from laptop.emulator.athena import executions, service, workgroups
from laptop.emulator.athena.results import Encryption
from laptop.emulator.registry import ServiceError


class Tokens(dict[str, Any]):
    """A store that holds each reader until another one reads, if one can."""

    def __init__(self) -> None:
        super().__init__()
        self._both = threading.Barrier(2, timeout=0.1)

    def get(self, key: str, default: Any = None) -> Any:
        found = super().get(key, default)
        with suppress(threading.BrokenBarrierError):
            self._both.wait()
        return found

    put = dict.__setitem__


@pytest.fixture
def submitted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of the queries that were started."""
    found: list[str] = []
    settings = workgroups.Settings("s3://results/", Encryption(), cutoff_bytes=None, publish_metrics=False)
    monkeypatch.setattr(workgroups, "settings", lambda *_: settings)
    monkeypatch.setattr(service, "_TOKENS", Tokens())
    monkeypatch.setattr(executions, "submit", lambda query_id, *_: found.append(query_id))
    return found


def start(sql: str) -> str:
    request = {"QueryString": sql, "ClientRequestToken": "the same"}
    return str(service.start_query_execution(request, lambda operation, request: {})["QueryExecutionId"])


def test_two_requests_at_once_with_one_token_start_one_query(submitted: list[str]) -> None:
    with ThreadPoolExecutor(2) as pool:
        answered = set(pool.map(start, ["SELECT 1", "SELECT 1"]))
    assert answered == set(submitted)
    assert len(submitted) == 1


def test_fails_for_another_query_with_the_same_token(submitted: list[str]) -> None:
    start("SELECT 1")
    with pytest.raises(ServiceError, match="Idempotent parameters do not match"):
        start("SELECT 2")
    assert len(submitted) == 1
