"""Data sets and the contracts that they read."""

from dataclasses import replace

from tests.unit.dashboards.check.defects.defect import Defect
from tests.unit.dashboards.check.draft import Draft, first_numeric


def spare_data_set(draft: Draft) -> None:
    given = draft.data_sets["orders"]
    draft.data_sets["spare"] = replace(given, name="spare", refreshes=(), row_access=None)


def declare_but_not_show(draft: Draft) -> None:
    draft.shown["traffic"] = [*draft.shown["traffic"], "usage"]


DEFECTS = (
    Defect(
        "a geographic role of another type",
        "data_sets.geographic_roles",
        ("LATITUDE is the role of DECIMAL or INTEGER; segment is STRING",),
        lambda draft: draft.column("orders", "segment", geographic_role="LATITUDE"),
    ),
    Defect(
        "a data set that nobody shows", "data_sets.unused", ("data set spare is used by no dashboard",), spare_data_set
    ),
    Defect(
        "a data set that is declared and not shown",
        "data_sets.not_shown",
        ("dashboard traffic declares data set usage, and neither a visual nor a control shows it",),
        declare_but_not_show,
    ),
    Defect(
        "a table of two contracts",
        "data_sets.without_query",
        ("data set cohort-retention has no SQL, so it reads one table; got cohort_retention, orders",),
        lambda draft: draft.change("cohort-retention", tables=("cohort_retention", "orders")),
    ),
    Defect(
        "a table without a contract",
        "contract_columns.missing_tables",
        ("data set orders reads table ordres, for which there is no contract; did you mean orders?",),
        lambda draft: draft.change("orders", tables=(*draft.data_sets["orders"].tables, "ordres")),
    ),
    Defect(
        "a column of a table that is not read",
        "contract_columns.other_tables",
        ("column segment is made of customer_history.segment, but the data set reads orders",),
        lambda draft: draft.change("orders", tables=("orders",)),
    ),
    Defect(
        "a type that the contract does not have",
        "contract_columns.types",
        ("is BOOLEAN, but cohort_retention.",),
        lambda draft: draft.column(
            "cohort-retention", first_numeric(draft.data_sets["cohort-retention"]), type="BOOLEAN"
        ),
    ),
    Defect(
        "an empty query",
        "data_sets.without_query",
        ("data set orders has an empty query",),
        lambda draft: draft.change("orders", sql=" "),
    ),
)
