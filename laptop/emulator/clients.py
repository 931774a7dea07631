"""What every service module needs from its surroundings: the caller's scope, clients, threads and folders."""

from __future__ import annotations

import contextvars
import logging
import os
import re
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

logger = logging.getLogger("laptop")

Scope = tuple[str, str]


def _default_scope() -> Scope:
    return "000000000000", "us-east-1"


# hooks replaces it with the account and region of the request that the emulator is serving.
_scope: Callable[[], Scope] = _default_scope


def use_scope(provider: Callable[[], Scope]) -> None:
    """Set where the caller's account and region come from."""
    global _scope  # noqa: PLW0603
    _scope = provider


def scope() -> Scope:
    """Return the account and the region of the request that is being served."""
    return _scope()


def account() -> str:
    return _scope()[0]


def region() -> str:
    return _scope()[1]


def endpoint() -> str:
    """Return the emulator's own address."""
    return f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}"


def client(service: str) -> Any:
    """Return a boto3 client of the emulator itself, in the caller's account and region. Clients are shared."""
    return _client(service, *scope())


# A boto3 session is not safe to share between threads while clients are being made; made clients are.
_client_lock = threading.RLock()


def _client(service: str, account_id: str, region_name: str) -> Any:
    with _client_lock:
        return _cached_client(service, account_id, region_name)


@cache
def _cached_client(service: str, account_id: str, region_name: str) -> Any:
    # The emulator takes an access key of twelve digits for the account.
    make: Callable[..., Any] = boto3.client
    made = make(
        service,
        endpoint_url=endpoint(),
        region_name=region_name,
        aws_access_key_id=account_id,
        aws_secret_access_key="laptop",  # noqa: S106
        config=Config(
            s3={"addressing_style": "path"},
            retries={"total_max_attempts": 1},
            max_pool_connections=32,
            read_timeout=600,
            # Checksums of every body cost more than they find on a loopback connection.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )
    if service == "s3control":
        made.meta.events.register("before-send.s3-control", _drop_account_from_host)
    return made


def _drop_account_from_host(request: Any, **_: Any) -> None:
    # S3 Control puts the account before the host, which is an address here. The account also stands in a header.
    request.url = re.sub(r"//\d{12}\.", "//", request.url)


def background(work: Callable[..., object], *args: Any) -> threading.Thread:
    """Run `work(*args)` on a daemon thread in the caller's account and region; an exception goes to the log."""
    context = contextvars.copy_context()

    def run() -> None:
        try:
            context.run(work, *args)
        except Exception:
            logger.exception("background work %s failed", getattr(work, "__qualname__", work))

    thread = threading.Thread(target=run, daemon=True, name=f"laptop-{getattr(work, '__name__', 'work')}")
    thread.start()
    return thread


def state_dir() -> Path:
    """Return the folder for what must survive a restart of the emulator; it exists."""
    return _folder("LAKE_STATE_DIR")


def cache_dir() -> Path:
    """Return the folder for what may be deleted at any time; it exists."""
    return _folder("LAKE_CACHE_DIR")


def s3_data_dir() -> Path:
    """Return the folder in which the emulator keeps the objects of its buckets."""
    return Path(os.environ["S3_DATA_DIR"])


def spark_python() -> str:
    """Return the Python of the project's main environment, which has Spark."""
    return os.environ["LAKE_SPARK_PYTHON"]


def _folder(variable: str) -> Path:
    folder = Path(os.environ[variable])
    folder.mkdir(parents=True, exist_ok=True)
    return folder
