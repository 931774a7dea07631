from typing import get_args

import pytest

from dashboards.permissions import ACTIONS, Kind, actions_of, grants

KINDS: tuple[Kind, ...] = get_args(Kind)
GROUP = "arn:aws:quicksight:us-east-1:111111111111:group/default/lake-managers"


@pytest.mark.parametrize("kind", KINDS)
def test_an_owner_may_do_what_a_reader_may_and_more_each_action_once(kind: Kind) -> None:
    assert set(ACTIONS[kind].reader) < set(ACTIONS[kind].owner)
    assert len(set(ACTIONS[kind].owner)) == len(ACTIONS[kind].owner)


def test_a_reader_of_a_dashboard_has_the_three_documented_actions() -> None:
    assert actions_of("dashboard", "reader") == [
        "quicksight:DescribeDashboard",
        "quicksight:ListDashboardVersions",
        "quicksight:QueryDashboard",
    ]


def test_a_grant_gives_every_principal_the_whole_set_of_its_level() -> None:
    owners = GROUP.replace("managers", "authors")
    assert grants("folder", "owner", [GROUP, owners]) == [
        {"Principal": GROUP, "Actions": actions_of("folder", "owner")},
        {"Principal": owners, "Actions": actions_of("folder", "owner")},
    ]
