import pytest

from dashboards.check.columns import Calculation, Known, calculation, cycles, with_calculations
from dashboards.check.expressions import ExpressionError, parse
from dashboards.check.functions import FUNCTIONS
from dashboards.check.meaning import Meaning, faults, meaning
from laptop.emulator.quicksight import expressions as of_the_laptop
from laptop.emulator.quicksight.functions import AGGREGATE_FUNCTIONS, ROW_FUNCTIONS
from tests.unit.dashboards.check.draft import COLLECTION

COLUMNS = {
    "amount": Meaning("DECIMAL", "row"),
    "quantity": Meaning("INTEGER", "row"),
    "segment": Meaning("STRING", "row"),
    "day": Meaning("DATETIME", "row"),
    "total": Meaning("DECIMAL", "aggregate"),
    "flag": Meaning("BOOLEAN", "row"),
    "unknown": Meaning(None, "row"),
}
PARAMETERS = {"Least": Meaning("INTEGER", "constant")}


def told(expression: str) -> Meaning:
    return meaning(parse(expression), COLUMNS.get, PARAMETERS.get)


def found(expression: str, *, in_data_set: bool = False) -> list[str]:
    return list(faults(parse(expression), COLUMNS.get, PARAMETERS.get, in_data_set=in_data_set))


@pytest.mark.parametrize(
    ("expression", "type_", "level"),
    [
        ("{amount} * 2", "DECIMAL", "row"),
        ("{quantity} + 1", "INTEGER", "row"),
        ("{quantity} / 2", "DECIMAL", "row"),
        ("-{quantity}", "INTEGER", "row"),
        ("'a'", "STRING", "constant"),
        ("1.5", "DECIMAL", "constant"),
        ("${Least}", "INTEGER", "constant"),
        ("{quantity} > ${Least} and not isNull({segment})", "BOOLEAN", "row"),
        ("sum({amount}) / distinct_count({segment})", "DECIMAL", "aggregate"),
        ("{total} / 2", "DECIMAL", "aggregate"),
        ("ifelse({quantity} = 1, 'one', 'more')", "STRING", "row"),
        ("IFELSE({quantity} = 1, {day}, now())", "DATETIME", "row"),
        ("switch({segment}, 'new', 1, 2)", "INTEGER", "row"),
        ("coalesce({segment}, 'none')", "STRING", "row"),
        ("min({day})", "DATETIME", "aggregate"),
        ("sum({quantity}, [{segment}])", "INTEGER", "any"),
        ("sumOver({amount}, [{segment}], PRE_AGG)", "DECIMAL", "any"),
        ("runningSum(sum({amount}), [{day} ASC], [{segment}])", "DECIMAL", "aggregate"),
        ("in({segment}, ['new', 'lost'])", "BOOLEAN", "row"),
        ("dateDiff({day}, now(), 'DD')", "INTEGER", "row"),
        ("periodOverPeriodPercentDifference(sum({amount}), {day}, MONTH, 1)", "DECIMAL", "aggregate"),
        ("{unknown} * 2", None, "row"),
        ("/* twice */ {amount} * 2", "DECIMAL", "row"),
        ("{quantity}*2 = 4 or {quantity}<>3", "BOOLEAN", "row"),
        ("sum({flag}) * 2", "DECIMAL", "aggregate"),
        ("ifelse({flag} = 1, NULL, {segment})", "STRING", "row"),
        ("extract('WD', {day})", "INTEGER", "row"),
        ("dateDiff(truncDate('MM', {day}), addDateTime(-1, 'WK', now()), 'HH')", "INTEGER", "row"),
    ],
)
def test_what_an_expression_gives(expression: str, type_: str | None, level: str) -> None:
    assert told(expression) == Meaning(type_, level)  # type: ignore[arg-type]
    assert found(expression) == []


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("sum({amount}", "a bracket '(' is not closed"),
        ("in({segment}, ['a'", "a bracket '[' is not closed"),
        ("sum({amount}))", "')' is too much"),
        ("{amount} {quantity}", "'quantity' is too much"),
        ("{amount", "'{amount' cannot be read"),
        ("amount * 2", "a column is written {amount}"),
        ("{amount} *", "it ends where a value is expected"),
        ("* 2", "'*' stands where a value is expected"),
        ("'open", "cannot be read"),
        ("", "it ends where a value is expected"),
    ],
)
def test_fails_to_read_what_is_no_expression(expression: str, words: str) -> None:
    with pytest.raises(ExpressionError) as error:
        parse(expression)
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("{amount} / sum({amount})", "operator / mixes"),
        ("ifelse({segment} = 'new', sum({amount}), 0)", "ifelse mixes"),
        ("{total} + {amount}", "operator + mixes"),
        ("sum(sum({amount}))", "sum aggregates what is aggregated already"),
        ("max({total})", "max aggregates what is aggregated already"),
        ("summ({amount})", "summ is no function of QuickSight; did you mean sum?"),
        ("truncDate({day})", "truncDate takes 2 to 3 arguments; got 1"),
        ("ifelse()", "ifelse takes 3 to 1000 arguments; got 0"),
        ("sum()", "sum takes 1 to 2 arguments; got 0"),
        ("now({day})", "now takes 0 arguments; got 1"),
        ("{segment} + 'x'", "operator + needs numbers; got STRING"),
        ("{day} - 1", "operator - needs numbers; got DATETIME"),
        ("round({segment})", "round needs a number; got STRING"),
        ("truncDate('DAY', {day})", "truncDate knows no period 'DAY'; expected one of YYYY, Q"),
        ("dateDiff({day}, now(), 'WD')", "dateDiff knows no period 'WD'"),
        ("truncDate({day}, 'DD')", "truncDate needs a date; got STRING"),
        ("dateDiff({day}, {amount})", "dateDiff needs a date; got DECIMAL"),
        ("addDateTime(1, 'DD', {segment})", "addDateTime needs a date; got STRING"),
        ("ifelse({quantity} = 1, 'one', {quantity})", "ifelse gives STRING or number; expected values of one type"),
        ("switch({segment}, 'new', 1, 'none')", "switch gives STRING or number"),
        ("coalesce({segment}, 0)", "coalesce gives STRING or number"),
        ("{segment} = 1", "operator = compares STRING with INTEGER"),
    ],
)
def test_fails_by_a_sentence(expression: str, words: str) -> None:
    assert any(words in sentence for sentence in found(expression))


def test_a_level_aware_aggregation_can_be_aggregated_again_and_stands_beside_rows() -> None:
    assert found("max(sum({amount}, [{segment}]))") == []
    assert found("{amount} / sum({amount}, [{segment}])") == []


def test_a_data_set_computes_rows_only() -> None:
    assert found("sum({amount})", in_data_set=True)
    assert found("{amount} * 2", in_data_set=True) == []


def test_a_comment_within_a_text_belongs_to_the_text() -> None:
    tree = parse("concat('/*', {segment}, '*/') /* {amount} */")
    assert [part.name for part in tree.parts] == ["/*", "segment", "*/"]


def test_a_calculated_column_is_what_it_is_made_of_in_any_order() -> None:
    base = {
        "amount": Known("amount", "DECIMAL", "row", frozenset({"orders.amount"})),
        "who": Known("who", "STRING", "row", frozenset({"orders.customer_id"}), personal=True),
    }
    made = {
        "last": calculation("last", "concat({name}, 'x')"),
        "name": calculation("name", "toUpper({who})"),
        "share": calculation("share", "sum({amount}) / 2"),
    }
    known = with_calculations(base, made, {})
    assert known["last"] == Known("last", "STRING", "row", frozenset({"orders.customer_id"}), personal=True)
    assert known["share"] == Known("share", "DECIMAL", "aggregate", frozenset({"orders.amount"}))


def test_a_calculated_column_is_personal_if_one_is_that_it_only_groups_by() -> None:
    base = {
        "amount": Known("amount", "DECIMAL", "row", frozenset({"orders.amount"})),
        "who": Known("who", "STRING", "row", frozenset({"orders.customer_id"}), personal=True),
    }
    made = {
        "spent": calculation("spent", "sum({amount}, [{name}])"),
        "name": calculation("name", "toUpper({who})"),
    }
    sources = frozenset({"orders.amount", "orders.customer_id"})
    assert with_calculations(base, made, {})["spent"] == Known("spent", "DECIMAL", "any", sources, personal=True)


def test_a_circle_is_found_once_and_nothing_is_known_of_what_leads_to_it() -> None:
    made: dict[str, Calculation] = {
        name: calculation(name, text)
        for name, text in {"a": "{b} + 1", "b": "{c} + 1", "c": "{a} + 1", "d": "{a} + 1", "e": "{e} * 2"}.items()
    }
    assert list(cycles(made)) == [("a", "b", "c"), ("e",)]
    assert with_calculations({}, made, {})["d"] == Known("d", None, "row", frozenset())


def test_columns_that_are_used_again_and_again_are_followed_once() -> None:
    # There are more ways through these than a computer can go.
    made = {f"c{n:02}": calculation(f"c{n:02}", f"{{c{n - 1:02}}} + {{c{n - 2:02}}}") for n in range(80)}
    assert list(cycles(made)) == []


@pytest.mark.parametrize(
    "expression",
    sorted(
        {column.expression for each in COLLECTION.data_sets for column in each.calculated}
        | {
            str(field["Expression"])
            for each in COLLECTION.dashboards
            for field in each.definition.get("CalculatedFields", ())
        }
    ),
)
def test_the_laptop_reads_the_same_out_of_every_expression(expression: str) -> None:
    tree, other = parse(expression), of_the_laptop.parse(expression)
    assert set(tree.named("column")) == set(of_the_laptop.columns(other))
    assert set(tree.named("parameter")) == set(of_the_laptop.parameters(other))
    assert {name.lower() for name in tree.named("call")} == {name.lower() for name in of_the_laptop.functions(other)}


def test_what_the_laptop_computes_is_known_with_the_same_number_of_arguments() -> None:
    theirs = ROW_FUNCTIONS | AGGREGATE_FUNCTIONS
    assert {name for name in theirs if name.lower() not in FUNCTIONS} == set()
    scopes = {name: FUNCTIONS[name.lower()].scope == "row" for name in theirs}
    assert scopes == {name: name in ROW_FUNCTIONS for name in theirs}
