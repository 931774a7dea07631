"""The part of jq 1.6 that partitions records: an object of paths. Pure; anything else is refused by name.

| form | example |
|---|---|
| a field, a nested field, a quoted field | `.event_time`, `.user.country`, `."a-b"` |
| a slice, an index | `.event_time[0:10]`, `.items[0]` |
| `strftime` of epoch seconds, `tostring` | `.at | strftime("%Y-%m-%d")` |
| the short form | `{customer}` |

Source: https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-partitioning-keys.html
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

Query = dict[str, Callable[[Any], Any]]

_PAIR = re.compile(
    r'\s*(?:"(?P<quoted>[^"]+)"|(?P<name>[A-Za-z_]\w*))\s*(?::\s*(?P<path>(?:"[^"]*"|[^,"])+?))?\s*(?:,|$)'
)
_STEP = re.compile(
    r'\.(?P<name>[A-Za-z_]\w*)|\.?\["(?P<key>[^"]+)"\]|\."(?P<quoted>[^"]+)"'
    r"|\.?\[(?P<low>-?\d*):(?P<high>-?\d*)\]|\.?\[(?P<index>-?\d+)\]"
)
_TIME = re.compile(r'strftime\(\s*"(?P<format>[^"]*)"\s*\)')


class QueryError(ValueError):
    """The expression is not of the implemented part."""


def parse(expression: str) -> Query:
    """Return the function of each partition key.

    Raises
    ------
    QueryError
        The expression is something else than an object of paths.
    """
    text = expression.strip()
    if not (text.startswith("{") and text.endswith("}")):
        raise QueryError(f"a metadata extraction query must be a jq object on the laptop; got {expression}")
    body, position, query = text[1:-1].strip(), 0, {}
    while position < len(body):
        found = _PAIR.match(body, position)
        if not found:
            raise QueryError(f"jq {body[position:]!r} is not implemented on the laptop")
        name = found["quoted"] or found["name"]
        query[name] = _pipeline(found["path"] or f'."{name}"')
        position = found.end()
    if not query:
        raise QueryError("a metadata extraction query must have a key")
    return query


def _pipeline(text: str) -> Callable[[Any], Any]:
    parts = [part.strip() for part in text.split("|")]
    filters = [_path(parts[0]), *(_function(part) for part in parts[1:])]

    def run(value: Any) -> Any:
        for step in filters:
            value = step(value)
        return value

    return run


def _function(text: str) -> Callable[[Any], Any]:
    formatted = _TIME.fullmatch(text)
    if formatted:
        return lambda value: time.strftime(formatted["format"], time.gmtime(value))
    if text == "tostring":
        return lambda value: value if isinstance(value, str) else str(value)
    raise QueryError(f"jq function {text} is not implemented on the laptop")


def _path(text: str) -> Callable[[Any], Any]:
    steps, position = [], 0
    while position < len(text):
        found = _STEP.match(text, position)
        if not found:
            raise QueryError(f"jq path {text!r} is not implemented on the laptop")
        steps.append(_step(found))
        position = found.end()

    def run(value: Any) -> Any:
        for step in steps:
            if value is None:
                return None
            value = step(value)
        return value

    return run


def _step(found: re.Match[str]) -> Callable[[Any], Any]:
    key = found["name"] or found["key"] or found["quoted"]
    if key:
        return lambda value: _field(value, key)
    if found["index"]:
        index = int(found["index"])
        return lambda value: value[index] if -len(value) <= index < len(value) else None
    low = int(found["low"]) if found["low"] else None
    high = int(found["high"]) if found["high"] else None
    return lambda value: value[low:high]


def _field(value: Any, key: str) -> Any:
    if not isinstance(value, dict):
        raise TypeError(f'cannot index {type(value).__name__} with "{key}"')
    return value.get(key)
