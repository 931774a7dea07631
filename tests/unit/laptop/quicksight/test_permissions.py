from __future__ import annotations

import pytest

from dashboards import permissions as deployed
from laptop.emulator.quicksight import identities, permissions
from laptop.emulator.quicksight.records import DATA_SETS
from laptop.emulator.registry import ServiceError

NAMES = {name: name.replace(" ", "") for name in ("data source", "data set", "dashboard", "theme", "folder")}


@pytest.mark.parametrize("kind", NAMES)
def test_the_sets_of_actions_are_those_that_stacks_grant(kind: str) -> None:
    known = deployed.ACTIONS[kind]  # type: ignore[index]
    assert permissions.READERS[NAMES[kind]] == set(known.reader)
    assert permissions.OWNERS[NAMES[kind]] == set(known.owner)


@pytest.mark.parametrize(
    ("actions", "message"),
    [
        (["quicksight:DescribeDataSet"], "must be those of a reader or of an owner; quicksight:DescribeDataSetPerm"),
        (["quicksight:QueryDashboard"], "must be of its own; got quicksight:QueryDashboard"),
    ],
)
def test_fails_for_a_set_that_is_not_whole_or_of_another_kind(
    monkeypatch: pytest.MonkeyPatch, actions: list[str], message: str
) -> None:
    monkeypatch.setattr(identities, "require_principal", lambda arn, namespaces: None)
    with pytest.raises(ServiceError, match=message):
        permissions.granted(DATA_SETS, [{"Principal": "arn", "Actions": actions}])
