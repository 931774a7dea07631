"""Query failures in the words of Athena engine version 3 (Trino)."""

from __future__ import annotations

import re

# https://docs.aws.amazon.com/athena/latest/ug/error-reference.html
SYSTEM, USER = 1, 2


class QueryError(Exception):
    """A failed query: what `StateChangeReason` and `AthenaError` show.

    Parameters
    ----------
    code
        Trino's name of the error, e.g. `TABLE_NOT_FOUND`.
    message
        What is wrong, without code and position.
    position
        Line and column in the statement, both from 1, where Trino gives one.
    """

    category = USER
    error_type = 1006

    def __init__(self, code: str, message: str, position: tuple[int, int] | None = None) -> None:
        where = f"line {position[0]}:{position[1]}: " if position else ""
        super().__init__(f"{code}: {where}{message}")
        self.code = code


class NotSupportedOnLaptopError(QueryError):
    """Something that Athena runs and the laptop does not: it fails, because a false green is worse."""

    def __init__(self, what: str) -> None:
        super().__init__("NOT_SUPPORTED", f"{what} is not supported by the laptop's Athena; it runs on AWS only")


class QueryCancelledError(Exception):
    """A stopped query: by a person, or by a limit, which gives the reason."""

    def __init__(self, reason: str | None = None) -> None:
        super().__init__(reason or "Query was cancelled")
        self.reason = reason


def locate(sql: str, word: str) -> tuple[int, int]:
    """Return line and column of the first occurrence of a whole word, ignoring case; the start if there is none."""
    match = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", sql, re.IGNORECASE)
    offset = match.start() if match else 0
    before = sql[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
