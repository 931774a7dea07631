"""Events as a contract wants them: what is accepted from a stream, and why the rest is not."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import sys
from collections.abc import Callable, Collection
from typing import Any, NoReturn

from lake_common.contract import Column, Contract, ContractError
from lake_common.stream_usual import INTEGERS, usual_event

# Columns that the consumer adds to an event; a producer must not send them.
ADDED = ("arrival_time", "shard_id", "sequence_number", "sub_sequence", "consumer_version")
# What a producer's clock may be ahead. The table's partitions are projected until the day after tomorrow.
MAX_AHEAD = dt.timedelta(days=1)

_SHOWN_CHARACTERS = 80

Event = dict[str, Any]
Check = Callable[[Any], str | None]


class BadEventError(ValueError):
    """An event that breaks the contract; the message says how."""


class EventCheck:
    """Reads events and judges them by a contract.

    Parameters
    ----------
    contract
        Its columns that are neither computed nor added by the consumer are what a producer sends. Further fields are
        let through, for a new field must not stop the stream.
    """

    def __init__(self, contract: Contract, added: Collection[str] = ADDED) -> None:
        self.contract = contract
        self._columns = {column.name: column for column in contract.raw_columns if column.name not in added}
        self._added = frozenset(added)
        self._checks = {name: _check(column) for name, column in self._columns.items()}
        self._looks_usual = usual_event(self._columns.values(), self._added)
        self._decode = json.JSONDecoder(parse_constant=_refuse_constant).raw_decode

    def read(self, data: bytes) -> tuple[str, Event]:
        """Read an event and judge it.

        Returns
        -------
        str
            The JSON object as the producer wrote it, on one line.
        dict
            The event.

        Raises
        ------
        BadEventError
            If it is no JSON object in UTF-8, or breaks the contract.
        """
        try:
            text = str(data.strip(), "utf-8")
            event, end = self._decode(text)
        except (ValueError, RecursionError) as error:
            raise BadEventError(f"must be a JSON object in UTF-8; got {_shown(data)}: {error}") from error
        if type(event) is not dict or end != len(text):
            raise BadEventError(f"must be one JSON object; got {_shown(data)}")
        try:
            # Escapes may hide what is no Unicode.
            usual = self._looks_usual(event) and "\\u" not in text
        except (LookupError, TypeError, ValueError):
            usual = False
        if not usual and (problems := self.problems(event)):
            raise BadEventError("; ".join(problems))
        if "\n" in text or "\r" in text:
            # Between tokens only: JSON has no line breaks within strings.
            text = text.replace("\r", " ").replace("\n", " ")
        return text, event

    def problems(self, event: Event) -> list[str]:
        """Say in what an event breaks the contract."""
        found = [f"{name} is added by the consumer and must not be sent" for name in event if name in self._added]
        for name, column in self._columns.items():
            value = event.get(name)
            if value is None:
                found += [f"{name} is missing"] if column.required else []
            elif (problem := self._checks[name](value)) is not None:
                found.append(f"{name} {problem}; got {_shown(value)}")
        found += [f"{_shown(name)} must be Unicode" for name in event if not _is_unicode([name, event[name]])]
        return found


def partition_of(event_time: str, arrival_day: str) -> tuple[str, str]:
    """Find the day (`yyyy-MM-dd`) and the hour (`HH`) of an event's time in UTC.

    Parameters
    ----------
    event_time
        ISO 8601, already judged by the contract; without an offset it is UTC.
    arrival_day
        When the record arrived, `yyyy-MM-dd`.

    Raises
    ------
    BadEventError
        If the event comes from the future: no partition of that day would be seen.
    """
    moment = dt.datetime.fromisoformat(event_time)
    moment = moment.astimezone(dt.UTC) if moment.tzinfo else moment
    latest = dt.date.fromisoformat(arrival_day) + MAX_AHEAD
    if moment.date() > latest:
        raise BadEventError(f"event_time must not be later than {latest}; got {event_time!r}")
    # Not strftime, which forgets the leading zeros of early years.
    return moment.date().isoformat(), f"{moment.hour:02d}"


def _check(column: Column) -> Check:
    """Make the function that says what is wrong with a value of the column, or None."""
    if column.type == "string":
        return _text_check(column)
    if column.type in INTEGERS:
        return _integer_check(column)
    if column.type == "double":
        return _double_check(column)
    if column.type == "timestamp":
        return _time_check(column)
    raise ContractError(f"column {column.name} has type {column.type!r}, which no event can have so far")


def _text_check(column: Column) -> Check:
    matches = re.compile(column.pattern).search if column.pattern else None
    limit, allowed = column.max_length or math.inf, frozenset(column.allowed)

    def check(value: Any) -> str | None:
        if type(value) is not str:
            return "must be a string"
        if len(value) > limit:
            return f"must have at most {limit} characters"
        if matches and not matches(value):
            return f"must match {column.pattern}"
        return f"must be one of {sorted(allowed)}" if allowed and value not in allowed else None

    return check


def _integer_check(column: Column) -> Check:
    size = 2 ** (INTEGERS[column.type] - 1)
    low = int(column.minimum) if column.minimum else -size
    high = int(column.maximum) if column.maximum else size - 1

    def check(value: Any) -> str | None:
        if type(value) is not int:
            return "must be an integer"
        return None if low <= value <= high else f"must be between {low} and {high}"

    return check


def _double_check(column: Column) -> Check:
    low = float(column.minimum) if column.minimum else -sys.float_info.max
    high = float(column.maximum) if column.maximum else sys.float_info.max

    def check(value: Any) -> str | None:
        if type(value) is not float and type(value) is not int:
            return "must be a number"
        return None if low <= value <= high else f"must be between {low:g} and {high:g}"

    return check


def _time_check(column: Column) -> Check:
    parse = dt.datetime.fromisoformat
    earliest = parse(column.minimum).replace(tzinfo=dt.UTC) if column.minimum else None
    latest = parse(column.maximum).replace(tzinfo=dt.UTC) if column.maximum else None

    def check(value: Any) -> str | None:
        # The form with hyphens; Python knows others, which Spark does not.
        if type(value) is not str or len(value) < 10 or not value[4] == "-" == value[7]:
            return "must be a time in ISO 8601"
        try:
            moment = parse(value)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
            if earliest and moment < earliest:
                return f"must not be before {column.minimum}"
            if latest and moment > latest:
                return f"must not be after {column.maximum}"
        except (ValueError, OverflowError):
            return "must be a time in ISO 8601"
        return None

    return check


def _is_unicode(value: Any) -> bool:
    """Whether the strings hold no halves of surrogate pairs, which JSON can write and UTF-8 cannot."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"JSON has no {name}")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}... ({len(text)} characters)"
