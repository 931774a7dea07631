"""Work in the name of an account and a region without a request of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ministack.core import responses


@contextmanager
def within(account_id: str, region_name: str) -> Iterator[None]:
    """Let the emulator and `clients.scope` act in an account and a region."""
    tokens = responses._request_account_id.set(account_id), responses._request_region.set(region_name)
    try:
        yield
    finally:
        responses._request_account_id.reset(tokens[0])
        responses._request_region.reset(tokens[1])
