"""Where objects go: prefixes with expressions. Pure.

| expression | value |
|---|---|
| `!{timestamp:<pattern>}` | arrival of the oldest record of the object, UTC; a Java DateTimeFormatter pattern |
| `!{partitionKeyFromQuery:<key>}` | what the metadata extraction found |
| `!{firehose:error-output-type}` | in an error prefix: `processing-failed`, `format-conversion-failed` |
| `!{firehose:random-string}` | eleven characters |

A prefix without any expression gets `yyyy/MM/dd/HH/`.
Source: https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
"""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Mapping
from datetime import UTC, datetime

_EXPRESSION = re.compile(r"!\{([A-Za-z]+):([^}]*)\}")
_PATTERN = re.compile(r"'(?P<literal>[^']*)'|(?P<field>y+|M+|d+|H+|m+|s+|D+)|(?P<other>[^A-Za-z'])")
_FORMATS = {
    "yyyy": "%Y",
    "yy": "%y",
    "MM": "%m",
    "MMM": "%b",
    "MMMM": "%B",
    "dd": "%d",
    "HH": "%H",
    "mm": "%M",
    "ss": "%S",
    "DDD": "%j",
}
_DEFAULT = "!{timestamp:yyyy/MM/dd/HH/}"


class PrefixError(ValueError):
    """The prefix has an expression that Firehose or the laptop does not know."""


def evaluate(prefix: str, oldest: float, keys: Mapping[str, str], error_type: str | None = None) -> str:
    """Return the prefix of an object.

    Parameters
    ----------
    oldest
        Arrival of its oldest record, in seconds since 1970.
    keys
        Values of the partition keys.
    error_type
        For an error prefix, why its records failed.
    """
    moment = datetime.fromtimestamp(oldest, UTC)

    def expand(found: re.Match[str]) -> str:
        namespace, value = found.groups()
        if namespace == "timestamp":
            return java_time(value, moment)
        if namespace == "partitionKeyFromQuery" and value in keys:
            return keys[value]
        if namespace == "firehose" and value == "error-output-type" and error_type:
            return error_type
        if namespace == "firehose" and value == "random-string":
            return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(11))
        raise PrefixError(f"!{{{namespace}:{value}}} must be an expression that this prefix may have")

    return _EXPRESSION.sub(expand, prefix if _EXPRESSION.search(prefix) else prefix + _DEFAULT)


def java_time(pattern: str, moment: datetime) -> str:
    """Format a time by a Java pattern of the letters y, M, d, H, m, s and D."""
    parts, position = [], 0
    while position < len(pattern):
        found = _PATTERN.match(pattern, position)
        if not found or (found["field"] and found["field"] not in _FORMATS):
            raise PrefixError(f"the time pattern {pattern!r} is not implemented on the laptop")
        field, literal = found["field"], found["literal"]
        parts.append(moment.strftime(_FORMATS[field]) if field else found["other"] if literal is None else literal)
        position = found.end()
    return "".join(parts)
