"""Who sees what."""

from dataclasses import replace

from dashboards.model import RowRule
from tests.unit.dashboards.check.defects.defect import Defect
from tests.unit.dashboards.check.draft import Draft, Edit


def rules_of(draft: Draft, *rules: RowRule) -> None:
    given = draft.data_sets["orders"].row_access
    assert given
    draft.access("orders", rules=(*given.rules, *rules))


def everything(draft: Draft) -> tuple[RowRule, ...]:
    given = draft.data_sets["orders"].row_access
    assert given
    return tuple(replace(rule, values={}) for rule in given.rules)


def without_rule_of(group: str) -> Edit:
    def edit(draft: Draft) -> None:
        given = draft.data_sets["orders"].row_access
        assert given
        draft.access("orders", rules=tuple(rule for rule in given.rules if rule.group != group))

    return edit


def count_visits_by_user(draft: Draft) -> None:
    draft.column("clicks", "visits", expression="ifelse(isNull({user_id}), 0, 1)")
    # They may read it; a dashboard for others would break another rule.
    draft.readers["traffic"] = ("lake-authors",)


DEFECTS = (
    Defect(
        "rows told apart by an unknown column",
        "row_rules.columns",
        ("row-level security by column segmnet, which does not exist; did you mean segment?",),
        lambda draft: draft.access("orders", columns=("segment", "segmnet")),
    ),
    Defect(
        "rows told apart by nothing",
        "row_rules.columns",
        ("row-level security needs a column",),
        lambda draft: draft.access("orders", columns=(), rules=everything(draft), tags={}),
    ),
    Defect(
        "too many tags",
        "row_rules.tags",
        ("has 51 tags; QuickSight takes 50",),
        lambda draft: draft.access("orders", tags={f"tag{number}": "segment" for number in range(51)}),
    ),
    Defect(
        "personal columns for an unknown group",
        "readers.unknown",
        ("personal columns are for group lake-author, which does not exist; did you mean lake-authors?",),
        lambda draft: draft.change("orders", personal_readers=("lake-author", "lake-authors")),
    ),
    Defect(
        "rows told apart by a number",
        "row_rules.columns",
        ("row-level security by column quantity, which is INTEGER; expected STRING",),
        lambda draft: draft.access("orders", columns=("segment", "quantity")),
    ),
    Defect(
        "a rule of an unknown group",
        "row_rules.rules",
        ("of group lake-manager, which does not exist; did you mean lake-managers?",),
        lambda draft: rules_of(draft, RowRule(group="lake-manager", values={})),
    ),
    Defect(
        "a rule by an unknown column",
        "row_rules.rules",
        ("of group lake-operators by column segmnet, which is not among its columns; did you mean segment?",),
        lambda draft: rules_of(draft, RowRule(group="lake-operators", values={"segmnet": ("new",)})),
    ),
    Defect(
        "a rule whose empty value would show everything",
        "row_rules.rules",
        ("of group lake-operators by column segment: a value is missing, empty, or has a comma or a quote",),
        lambda draft: rules_of(draft, RowRule(group="lake-operators", values={"segment": ("new", "")})),
    ),
    Defect(
        "a rule without values",
        "row_rules.rules",
        ("a value is missing",),
        lambda draft: rules_of(draft, RowRule(group="lake-operators", values={"segment": ()})),
    ),
    Defect(
        "a rule whose value is two",
        "row_rules.rules",
        ("has a comma or a quote; got ['new,lost']",),
        lambda draft: rules_of(draft, RowRule(group="lake-operators", values={"segment": ("new,lost",)})),
    ),
    Defect(
        "a rule whose value has a quote",
        "row_rules.rules",
        ("has a comma or a quote; got ['3\" disc']",),
        lambda draft: rules_of(draft, RowRule(group="lake-operators", values={"segment": ('3" disc',)})),
    ),
    Defect(
        "rows that nobody may see",
        "row_rules.rules",
        ("data set orders: row-level security has no rules; expected one for each group that may see rows",),
        lambda draft: draft.access("orders", rules=()),
    ),
    Defect(
        "two rules of a group",
        "row_rules.rules",
        ("2 rules of group lake-managers",),
        lambda draft: rules_of(draft, RowRule(group="lake-managers", values={})),
    ),
    Defect(
        "a tag of an unknown column",
        "row_rules.tags",
        ("by tag segment of column segmnet, which is not among its columns",),
        lambda draft: draft.access("orders", tags={"segment": "segmnet"}),
    ),
    Defect(
        "readers who would see no row",
        "row_rules.readers_without_rule",
        ("readers lake-managers have no rule in data set orders and would see no row of it",),
        without_rule_of("lake-managers"),
    ),
    Defect(
        "authors who would see no row",
        "row_rules.readers_without_rule",
        ("readers lake-authors have no rule in data set orders and would see no row of it",),
        without_rule_of("lake-authors"),
    ),
    Defect(
        "readers who do not exist",
        "readers.unknown",
        ("dashboard orders is for group lake-manager, which does not exist; did you mean lake-managers?",),
        lambda draft: draft.readers.update(orders=("lake-manager",)),
    ),
    Defect(
        "a personal column for readers who may not read it",
        "readers.personal_columns",
        (
            "visual revenue-by-segment shows column segment of lake-orders, which is personal; "
            "lake-managers, lake-retention may not read it",
        ),
        lambda draft: draft.column("orders", "segment", personal=True),
    ),
    Defect(
        "a column calculated from a personal one",
        "readers.personal_calculations",
        ("data set clicks: visits is calculated from a personal column, and nothing restricts it",),
        count_visits_by_user,
    ),
    Defect(
        "personal columns that nobody may read",
        "readers.nobody",
        ("data set orders has personal columns (customer_id) and nobody who may read them",),
        lambda draft: draft.change("orders", personal_readers=()),
    ),
    Defect(
        "a dashboard without readers",
        "readers.nobody",
        ("dashboard orders has no readers",),
        lambda draft: draft.readers.update(orders=()),
    ),
)
