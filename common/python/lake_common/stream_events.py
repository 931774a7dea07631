"""Events as a contract wants them: what is accepted from a stream, and why the rest is not."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import sys
from collections.abc import Callable, Collection
from operator import itemgetter
from typing import Any, NoReturn

from lake_common.contract import Column, Contract, ContractError

# Columns that the consumer adds to an event; a producer must not send them.
ADDED = ("arrival_time", "shard_id", "sequence_number", "sub_sequence", "consumer_version")
# What a producer's clock may be ahead. The table's partitions are projected until the day after tomorrow.
MAX_AHEAD = dt.timedelta(days=1)

_INTEGERS = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}
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
        required = [name for name, column in self._columns.items() if column.required]
        self._required = itemgetter(*required)
        self._types = tuple(_usual_type(self._columns[name]) for name in required)
        # Checked for every event: what the type alone does not tell, and what may be absent.
        self._narrow = [
            (name, self._checks[name])
            for name, column in self._columns.items()
            if not column.required or column.pattern or column.allowed or column.minimum or column.maximum
        ]
        self._texts = [
            (name, column.max_length)
            for name, column in self._columns.items()
            if column.required and column.max_length and not (column.pattern or column.allowed)
        ]
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
        if not self._looks_usual(event, text) and (problems := self.problems(event)):
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
        found += [f"{name} must be Unicode" for name in event if not _is_unicode(event[name])]
        return found

    def _looks_usual(self, event: Event, text: str) -> bool:
        """Judge quickly. True means that there is no problem; False that somebody should look closer."""
        if "\\u" in text or not self._added.isdisjoint(event):
            return False
        try:
            values = self._required(event)
        except KeyError:
            return False
        if tuple(map(type, values)) != self._types:
            return False
        for name, check in self._narrow:
            value = event.get(name)
            if value is not None and check(value) is not None:
                return False
        return all(len(event[name]) <= limit for name, limit in self._texts)


def partition_of(event_time: str, arrived: str) -> tuple[str, str]:
    """Find the day (`yyyy-MM-dd`) and the hour (`HH`) of an event's time in UTC.

    Parameters
    ----------
    event_time
        ISO 8601, already judged by the contract; without an offset it is UTC.
    arrived
        When the record arrived, as `Arrivals.text` writes it.

    Raises
    ------
    BadEventError
        If the event comes from the future: no partition of that day would be seen.
    """
    if event_time[4] == "-" == event_time[7] and event_time[10:11] == "T" and event_time[-1] == "Z":
        day, hour = event_time[:10], event_time[11:13]
    else:
        moment = dt.datetime.fromisoformat(event_time)
        moment = moment.astimezone(dt.UTC) if moment.tzinfo else moment
        day, hour = moment.strftime("%Y-%m-%d"), moment.strftime("%H")
    # Compared as text first, because almost no event is from a later day than its arrival.
    if day > arrived[:10]:
        latest = dt.date.fromisoformat(arrived[:10]) + MAX_AHEAD
        if day > latest.isoformat():
            raise BadEventError(f"event_time must not be later than {latest}; got {event_time!r}")
    return day, hour


def _check(column: Column) -> Check:
    """Make the function that says what is wrong with a value of the column, or None."""
    if column.type == "string":
        return _text_check(column)
    if column.type in _INTEGERS:
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
    size = 2 ** (_INTEGERS[column.type] - 1)
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


def _usual_type(column: Column) -> type:
    if column.type in _INTEGERS:
        return int
    return float if column.type == "double" else str


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
