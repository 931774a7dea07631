"""Names and texts as SQL writes them; Athena and DuckDB agree on it. Pure."""

from __future__ import annotations


def quoted(name: str) -> str:
    """Write a name: crawlers take names of columns from files and keys, whatever these hold."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Write a text."""
    return "'" + text.replace("'", "''") + "'"
