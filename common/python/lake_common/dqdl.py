"""The contract's rules on a raw table, in the language of AWS Glue Data Quality.

https://docs.aws.amazon.com/glue/latest/dg/dqdl.html
"""

from __future__ import annotations

from lake_common.contract import Column, Contract


def ruleset(contract: Contract) -> str:
    """Write the rules that raw data as a whole must meet before a run begins.

    They ask what the curate job cannot know from one file: that there is data, that the columns are there, and that no
    more than the contract's quarantine limit is missing or strange. Types and ranges are left to the job, which judges
    each row: a crawler gives a column the type of its worst value, and a rule on numbers would then judge text.
    """
    share = f"{1 - contract.quarantine_limit:g}"
    required = [column for column in contract.raw_columns if column.required]
    rules = ["RowCount > 0", *(f'ColumnExists "{column.name}"' for column in required)]
    rules += [f'Completeness "{column.name}" >= {share}' for column in required]
    rules += [_allowed(column, share) for column in required if column.allowed]
    return "Rules = [\n" + ",\n".join(f"    {rule}" for rule in rules) + "\n]"


def _allowed(column: Column, share: str) -> str:
    values = ", ".join(f'"{value}"' for value in column.allowed)
    return f'ColumnValues "{column.name}" in [{values}] with threshold >= {share}'
