"""Why rows are not in the curated tables."""

from __future__ import annotations

from dashboards.data_sets import QUARANTINE
from dashboards.data_sets.columns import Tables, computed, read_sql
from dashboards.model import CalculatedColumn, DataSet, Refresh

NAME = QUARANTINE.removeprefix("lake-")


def declare(tables: Tables) -> DataSet:
    """Make the data set.

    The rows themselves stay in the lake: nobody knows what a row that broke its contract holds.
    """
    return DataSet(
        name=NAME,
        title="Quarantine",
        description="How often each reason kept rows out of a table; a row with two reasons counts for both.",
        products=(),
        tables=("quarantine",),
        sql=read_sql(NAME),
        import_mode="SPICE",
        columns=(
            *tables.columns("quarantine", "source_table", "ingest_date"),
            computed(
                "reason",
                "STRING",
                "What is wrong, as column: problem; duplicate or superseded for rows that lost to a better version",
                "quarantine.reasons",
            ),
            tables.column("quarantine.contract_version"),
            computed("found", "INTEGER", "Rows with this reason", "quarantine.reasons"),
            computed("files", "INTEGER", "Files that hold them", "quarantine.source_file"),
        ),
        calculated=(
            CalculatedColumn(
                name="kind",
                type="STRING",
                expression="ifelse({reason} = 'duplicate', 'a copy', {reason} = 'superseded', 'an older version', "
                "'breaks the contract')",
                description="Whether a row is bad, or lost to a better version of itself",
            ),
        ),
        refreshes=(Refresh(id="quarantine-hourly", kind="FULL_REFRESH", interval="HOURLY"),),
    )
