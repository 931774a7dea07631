"""Refreshes, against a QuickSight that answers as documented."""

from typing import Any

import pytest

from laptop.preview import refresh as module
from laptop.preview.page import PreviewError
from laptop.preview.refresh import refresh


class _ConflictError(Exception):
    pass


class _QuickSight:
    """Ingestions take two looks each; `busy` ones run already."""

    class exceptions:  # noqa: N801 - the name that boto3 gives it
        ConflictException = _ConflictError

    def __init__(self, ends: dict[str, str], busy: tuple[str, ...] = ()) -> None:
        self.ends, self.busy = ends, busy
        self.looks: dict[str, int] = {}
        self.asked: dict[str, str] = {}

    def create_ingestion(self, *, AwsAccountId: str, DataSetId: str, IngestionId: str) -> None:  # noqa: N803
        if DataSetId in self.busy:
            raise _ConflictError
        self.asked[DataSetId] = IngestionId

    def list_ingestions(self, **request: str) -> dict[str, Any]:
        return {"Ingestions": [{"IngestionId": f"running-{request['DataSetId']}"}]}

    def describe_ingestion(self, *, AwsAccountId: str, DataSetId: str, IngestionId: str) -> dict[str, Any]:  # noqa: N803
        assert IngestionId == self.asked.get(DataSetId, f"running-{DataSetId}")
        self.looks[DataSetId] = self.looks.get(DataSetId, 0) + 1
        status = self.ends[DataSetId] if self.looks[DataSetId] > 1 else "RUNNING"
        return {"Ingestion": {"IngestionStatus": status}}


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_POLL_SECONDS", 0)


def test_all_data_sets_are_refreshed_and_how_each_ended_is_told() -> None:
    quicksight = _QuickSight({"a": "COMPLETED", "b": "FAILED"})
    assert refresh(quicksight, ["a", "b"]) == {"a": "COMPLETED", "b": "FAILED"}


def test_a_refresh_that_runs_already_is_waited_for() -> None:
    quicksight = _QuickSight({"a": "COMPLETED"}, busy=("a",))
    assert refresh(quicksight, ["a"]) == {"a": "COMPLETED"}
    assert quicksight.asked == {}


def test_nothing_to_refresh_is_nothing_to_wait_for() -> None:
    assert refresh(_QuickSight({}), []) == {}


def test_fails_when_a_refresh_does_not_end() -> None:
    with pytest.raises(PreviewError, match="none of a"):
        refresh(_QuickSight({"a": "RUNNING"}), ["a"], seconds=0)
