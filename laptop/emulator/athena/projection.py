"""Partition projection: partitions that table properties describe instead of the catalog.

https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from itertools import product

from laptop.emulator.athena.errors import QueryError

MAX_PARTITIONS = 1_000_000
_UNITS = {"MILLIS": 0.001, "SECONDS": 1, "MINUTES": 60, "HOURS": 3600, "DAYS": 86_400, "WEEKS": 604_800}
_NOW = re.compile(r"^NOW\s*(?:([+-])\s*(\d+)\s*([A-Z]+?)S?\s*)?$", re.IGNORECASE)
# Java's DateTimeFormatter letters, in the lengths that make sense in a path.
_JAVA = {
    "yyyy": "%Y",
    "uuuu": "%Y",
    "yy": "%y",
    "MM": "%m",
    "dd": "%d",
    "HH": "%H",
    "mm": "%M",
    "ss": "%S",
    "SSS": "%f",
    "MMM": "%b",
    "DDD": "%j",
}
_PLACEHOLDER = re.compile(r"\$\{([^}]+)\}")
_JAVA_TOKEN = re.compile(r"'([^']*)'|([A-Za-z])\2*|.", re.DOTALL)


def enabled(parameters: Mapping[str, str]) -> bool:
    return parameters.get("projection.enabled", "").lower() == "true"


def project(
    parameters: Mapping[str, str],
    keys: Sequence[str],
    location: str,
    now: dt.datetime,
    fixed: Mapping[str, Sequence[str]],
) -> list[tuple[tuple[str, ...], str]]:
    """Return values and location of each projected partition.

    Parameters
    ----------
    parameters
        The table's properties.
    keys
        Partition columns, in order.
    location
        The table's location.
    now
        The time that `NOW` in a range means, in UTC.
    fixed
        For some columns, the values that the query asks for with `=` or `IN`: needed by `injected` columns, and
        others are cut to them, `integer` ones by value (5 means 05 as well).
    """
    choices = [_values(parameters, key, now, fixed.get(key)) for key in keys]
    total = 1
    for values in choices:
        total *= len(values)
    if total > MAX_PARTITIONS:
        raise QueryError("CONSTRAINT_VIOLATION", f"the projection has {total} partitions; a query may use a million")
    template = parameters.get("storage.location.template")
    default = location.rstrip("/") + "/" + "".join(f"{key}=${{{key}}}/" for key in keys)
    form, places = _form(template or default, keys)
    return [(values, form.format(*(values[place] for place in places))) for values in product(*choices)]


def _form(template: str, keys: Sequence[str]) -> tuple[str, list[int]]:
    """Read a template once, for all partitions: what to format, and which keys' values with."""
    literals, names = _PLACEHOLDER.split(template)[::2], _PLACEHOLDER.findall(template)
    form = "{}".join(literal.replace("{", "{{").replace("}", "}}") for literal in literals)
    return form if form.endswith("/") else form + "/", [keys.index(name.lower()) for name in names]


def _values(parameters: Mapping[str, str], key: str, now: dt.datetime, fixed: Sequence[str] | None) -> list[str]:
    kind = parameters.get(f"projection.{key}.type", "").lower()
    if kind == "injected":
        if not fixed:
            raise QueryError(
                "CONSTRAINT_VIOLATION",
                f"For the injected projected partition column {key}, the WHERE clause must contain only static"
                " equality conditions, and at least one such condition must be present.",
            )
        return list(fixed)
    if kind == "enum":
        values = _list(parameters, key, "values")
    elif kind == "integer":
        values = _integers(parameters, key)
    elif kind == "date":
        values = _dates(parameters, key, now)
    else:
        raise _invalid(key, f"projection.{key}.type must be enum, integer, date or injected; got {kind!r}")
    if fixed is None:
        return values
    if kind == "integer":
        numbers = {int(value) for value in fixed if value.removeprefix("-").isdecimal()}
        return [value for value in values if int(value) in numbers]
    texts = set(fixed)
    return [value for value in values if value in texts]


def _list(parameters: Mapping[str, str], key: str, name: str) -> list[str]:
    text = parameters.get(f"projection.{key}.{name}", "")
    if not text:
        raise _invalid(key, f"projection.{key}.{name} must be given")
    return [part.strip() for part in text.split(",")]


def _range(parameters: Mapping[str, str], key: str) -> tuple[str, str]:
    parts = _list(parameters, key, "range")
    if len(parts) != 2:
        raise _invalid(key, f"projection.{key}.range must be 'first,last'; got {','.join(parts)!r}")
    return parts[0], parts[1]


def _integers(parameters: Mapping[str, str], key: str) -> list[str]:
    first, last = (int(part) for part in _range(parameters, key))
    step = int(parameters.get(f"projection.{key}.interval", "1"))
    digits = int(parameters.get(f"projection.{key}.digits", "0"))
    return [f"{number:0{digits}d}" for number in range(first, last + 1, step)]


def _dates(parameters: Mapping[str, str], key: str, now: dt.datetime) -> list[str]:
    java = parameters.get(f"projection.{key}.format")
    if not java:
        raise _invalid(key, f"projection.{key}.format must be given")
    pattern = strftime_pattern(java)
    first, last = (_moment(part, pattern, now, key) for part in _range(parameters, key))
    unit = parameters.get(f"projection.{key}.interval.unit", _unit_of(java)).upper().rstrip("S") + "S"
    step = int(parameters.get(f"projection.{key}.interval", "1"))
    values: dict[str, None] = {}
    count = 0
    while (moment := _advance(first, count * step, unit, key)) <= last:
        values[moment.strftime(pattern)] = None
        count += 1
        if count > MAX_PARTITIONS:
            raise _invalid(key, f"projection.{key}.range has more than {MAX_PARTITIONS} values")
    return list(values)


def _unit_of(java: str) -> str:
    """Return the interval of a format that names none: days for single days or months, as the documentation says."""
    for letters, unit in (("SSS", "MILLIS"), ("ss", "SECONDS"), ("mm", "MINUTES"), ("HH", "HOURS"), ("dd", "DAYS")):
        if letters in java:
            return unit
    return "MONTHS" if "MM" in java else "YEARS"


def _moment(text: str, pattern: str, now: dt.datetime, key: str) -> dt.datetime:
    if match := _NOW.match(text):
        sign, number, unit = match.groups()
        return _advance(now, int(f"{sign}{number}"), unit.upper() + "S", key) if sign else now
    try:
        return dt.datetime.strptime(text, pattern).replace(tzinfo=dt.UTC)
    except ValueError as error:
        raise _invalid(key, f"projection.{key}.range must match the format; got {text!r}") from error


def _advance(moment: dt.datetime, count: int, unit: str, key: str) -> dt.datetime:
    if unit in {"MONTHS", "YEARS"}:
        months = moment.year * 12 + moment.month - 1 + count * (12 if unit == "YEARS" else 1)
        year, month = divmod(months, 12)
        following = dt.date(year + (month == 11), (month + 1) % 12 + 1, 1)
        return moment.replace(year=year, month=month + 1, day=min(moment.day, (following - dt.timedelta(1)).day))
    if unit not in _UNITS:
        raise _invalid(key, f"projection.{key}.interval.unit must be one of {sorted(_UNITS)}; got {unit}")
    return moment + dt.timedelta(seconds=count * _UNITS[unit])


def strftime_pattern(java: str) -> str:
    """Translate a pattern of Java's DateTimeFormatter; a quoted part stands for itself."""

    def translate(match: re.Match[str]) -> str:
        word = match[0]
        if match[1] is not None:
            return match[1].replace("%", "%%") or "'"
        if match[2] is None:
            return word.replace("%", "%%")
        if word not in _JAVA:
            raise QueryError("INVALID_TABLE_PROPERTY", f"the laptop cannot project dates of the format {java!r}")
        return _JAVA[word]

    return _JAVA_TOKEN.sub(translate, java)


def _invalid(key: str, message: str) -> QueryError:
    return QueryError("INVALID_TABLE_PROPERTY", f"Table has invalid projection for the column {key}: {message}")
