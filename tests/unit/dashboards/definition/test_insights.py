from __future__ import annotations

from xml.etree import ElementTree

import botocore.session

from dashboards.definition.fields import dimension, moment, total
from dashboards.definition.insights import (
    each,
    growth,
    insight,
    movers,
    output,
    ranked,
    rose_or_fell,
    text,
    when,
)

DATA = "lake-orders"
MONTH = moment(DATA, "order_date", "MONTH")
AMOUNT = total(DATA, "amount")
SEGMENT = dimension(DATA, "segment")


def narrative(*paragraphs: str) -> ElementTree.Element:
    visual = insight("words", title="Words", data_set=DATA, computations=[], narrative=paragraphs)
    return ElementTree.fromstring(visual["InsightVisual"]["InsightConfiguration"]["CustomNarrative"]["Narrative"])


def test_a_narrative_is_xml_with_a_gap_between_paragraphs() -> None:
    root = narrative(text("Sales & more: ") + output("Growth.value"), text("a < b"))
    assert root.tag == "narrative"
    assert "".join(root.itertext()) == "Sales & more: Growth.valuea < b"
    assert [child.tag for child in root] == ["b", "br", "br"]
    assert [item.text for item in root.iter("expression")] == ["Growth.value"]


def test_words_depend_on_conditions() -> None:
    root = narrative(rose_or_fell("Growth.percentDifference.value"), when("Movers.itemsCount > 0", text("moved")))
    assert [(item.get("condition"), item.get("level"), item.text) for item in root.iter("if")] == [
        ("Growth.percentDifference.value >= 0", "inline", "rose"),
        ("Growth.percentDifference.value < 0", "inline", "fell"),
        ("Movers.itemsCount > 0", "inline", "moved"),
    ]


def test_a_list_has_a_line_for_each_item() -> None:
    (loop,) = narrative(each("Movers", output("Movers.items[index].categoryValue.formattedValue"))).findall("for")
    assert (loop.get("listExpression"), loop.get("level")) == ("Movers.items", "block")
    assert [item.text for item in loop.findall("ul/li/b/expression")] == [
        "Movers.items[index].categoryValue.formattedValue"
    ]


def test_a_list_needs_no_gap_below_it() -> None:
    root = narrative(text("First"), each("Movers", text("item")), text("last"))
    assert [child.tag for child in root] == ["br", "br", "for"]
    assert root[-1].tail == "last"


def test_a_computation_is_known_by_its_name_and_has_fields_of_its_own() -> None:
    body = growth("Growth", time=MONTH, value=AMOUNT, periods=6).member["GrowthRate"]
    assert (body["ComputationId"], body["Name"], body["PeriodSize"]) == ("Growth", "Growth", 6)
    assert body["Value"]["NumericalMeasureField"]["FieldId"] == "Growth-amount-sum"


def test_movers_and_ranks_are_of_a_category() -> None:
    moved = movers("Movers", time=MONTH, category=SEGMENT, value=AMOUNT, size=3).member["TopBottomMovers"]
    first = ranked("First", category=SEGMENT, value=AMOUNT, size=3).member["TopBottomRanked"]
    assert (moved["MoverSize"], moved["Type"]) == (3, "TOP")
    assert (first["ResultSize"], first["Type"]) == (3, "TOP")
    assert "Time" not in first


def test_the_api_has_no_computation_that_finds_anomalies() -> None:
    """Docs say that it cannot be declared. When this fails, it can: write a builder, and mend docs/dashboards.md."""
    computation = botocore.session.get_session().get_service_model("quicksight").shape_for("Computation")
    members = getattr(computation, "members", {})
    assert [name for name in members if "anomal" in name.lower()] == []
    assert len(members) == 10
