"""One emulator for all integration tests of a test process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from laptop import launcher
from laptop.state import Home, Run


@dataclass(frozen=True)
class Laptop:
    """A running laptop lake with nothing deployed."""

    home: Home
    run: Run

    @property
    def endpoint(self) -> str:
        return self.run.endpoint

    def session(self) -> boto3.Session:
        """Return a session of the lake's account and region; awswrangler needs `endpoint` besides."""
        return self._session

    @cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session(
            aws_access_key_id=self.home.access_key,
            aws_secret_access_key="laptop",
            region_name="us-east-1",
        )

    def client(self, service: str) -> Any:
        make: Any = self._session.client
        return make(
            service,
            endpoint_url=self.endpoint,
            config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, read_timeout=600),
        )


@pytest.fixture(scope="session")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    """A laptop lake in a folder of its own, started once per test process."""
    yield from running_laptop(tmp_path_factory.mktemp("lake"))


# The emulator inherits them: a minute of buffering is a second, a retry waits a tenth of one.
SPEEDS = {"LAKE_FIREHOSE_SPEED": "60", "LAKE_LAMBDA_BACKOFF_SECONDS": "0.1", "LAKE_EMR_MINUTE_SECONDS": "0.2"}


def running_laptop(folder: Path) -> Iterator[Laptop]:
    home = Home(folder)
    with pytest.MonkeyPatch.context() as patch:
        for name in SPEEDS.keys() - os.environ.keys():
            patch.setenv(name, SPEEDS[name])
        run = launcher.up(home)
        try:
            yield Laptop(home, run)
        finally:
            launcher.down(home)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.integration)
