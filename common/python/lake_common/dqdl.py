"""Glue Data Quality rules for the raw table of a contract.

They judge the table before the job reads it, row by row in the job being the finer sieve: is there data, are the
columns there, and does the share of bad values stay below the contract's limit? A crawler types raw columns by what
it finds (one bad value makes a column of strings), so numbers are checked by pattern, which holds for either type.

DQDL: https://docs.aws.amazon.com/glue/latest/dg/dqdl.html
"""

from __future__ import annotations

from lake_common.contract import Column, Contract, ContractError

# What a type looks like as text, also after a crawler took it for a number. Anchored, because it is not documented
# whether `matches` means the whole value.
_INTEGER = "^[+-]?[0-9]+([.]0*)?$"
_PATTERNS = {
    "tinyint": _INTEGER,
    "smallint": _INTEGER,
    "int": _INTEGER,
    "bigint": _INTEGER,
    "decimal": "^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([Ee][+-]?[0-9]+)?$",
    "date": "^[0-9]{4}-[0-9]{2}-[0-9]{2}.*$",
}


def ruleset(contract: Contract) -> str:
    """Write the ruleset of the raw table.

    Returns
    -------
    str
        DQDL, printable ASCII.

    Raises
    ------
    ContractError
        If the contract's table is not read from raw files.
    """
    if contract.source is None:
        raise ContractError(f"contract {contract.name}: a table without raw files has no rules; expected a source")
    threshold = 1 - contract.quarantine_limit
    rules = ["RowCount > 0"]
    for column in contract.raw_columns:
        # JSON leaves out what is null, so a crawler may never see an optional column.
        if contract.source.format == "csv" or column.required:
            rules.append(f'ColumnExists "{column.name}"')
        if column.required:
            rules.append(_above(f'Completeness "{column.name}"', threshold))
        rules += [f"{rule} with threshold >= {threshold:g}" for rule in _values(column, contract)]
    return "Rules = [\n" + ",\n".join(f"    {rule}" for rule in rules) + "\n]"


def _above(measure: str, threshold: float) -> str:
    return f"{measure} >= {threshold:g}" if threshold < 1 else f"{measure} = 1.0"


def _values(column: Column, contract: Contract) -> list[str]:
    """Rules on the values of a column: required ones only, because a pattern does not match null."""
    name = f'ColumnValues "{column.name}"'
    if not column.required:
        return []
    rules = []
    if column.allowed:
        rules.append(f"{name} in [{', '.join(_quoted(value) for value in column.allowed)}]")
    if column.pattern is not None:
        rules.append(f"{name} matches {_quoted(column.pattern)}")
    pattern = _PATTERNS.get(column.type.partition("(")[0])
    plain = contract.source is not None and contract.source.date_format is None
    if pattern and (column.type != "date" or plain):
        rules.append(f"{name} matches {_quoted(pattern)}")
    return rules


def _quoted(text: str) -> str:
    if not text.isascii() or not text.isprintable() or '"' in text:
        raise ContractError(f"DQDL needs printable ASCII without double quotes; got {text!r}")
    return f'"{text}"'
