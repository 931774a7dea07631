from datetime import UTC, datetime

from laptop.demo.dashboards import facts, is_stale
from laptop.preview.snapshot import DashboardFact, DataSetFact, Person, Rows, Snapshot
from laptop.report.model import PersonFact

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def made(
    status: str = "COMPLETED", kind: str = "FULL_REFRESH", hour: int = 12, source: str = "MANUAL"
) -> dict[str, object]:
    moment = NOON.replace(hour=hour)
    return {"IngestionStatus": status, "RequestType": kind, "CreatedTime": moment, "RequestSource": source}


def test_a_data_set_is_up_to_date_if_a_pipeline_has_refreshed_it_since() -> None:
    assert not is_stale([made("FAILED"), made()], NOON.timestamp())


def test_a_data_set_is_stale_if_nobody_refreshed_it_or_only_before_or_in_vain() -> None:
    assert is_stale([], NOON.timestamp())
    assert is_stale([made(hour=11)], NOON.timestamp())
    assert is_stale([made("FAILED")], NOON.timestamp())
    assert is_stale([made(kind="INITIAL_INGESTION")], NOON.timestamp())
    assert is_stale([made(source="SCHEDULED")], NOON.timestamp())


def test_what_a_person_sees_is_counted_over_the_data_sets_of_their_dashboards() -> None:
    board = DashboardFact(
        id="b", name="Board", description="", version=1, theme=None, data_sets=("d", "e"), definition={}
    )
    few = Rows(count=3, types={}, values={}, hidden=("customer_id",))
    all_of_them = Rows(count=7, types={}, values={}, hidden=("user_id", "customer_id"))
    data_sets = {name: DataSetFact(id=name, name=name, import_mode="SPICE", rows=7) for name in ("d", "e", "other")}
    people = (
        Person(name="ron", groups=("retention",), dashboards=("b",), rows={"d": few, "e": all_of_them}),
        Person(name="new", groups=(), dashboards=(), rows={}),
    )
    snapshot = Snapshot(created="", dashboards=(board,), data_sets=data_sets, people=people, themes={})
    assert facts(snapshot) == (
        PersonFact("ron", ("retention",), ("Board",), 10, 14, ("customer_id", "user_id")),
        PersonFact("new", (), (), 0, 0, ()),
    )
