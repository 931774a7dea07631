from typing import get_args

import pytest

from dashboards.permissions import (
    ACTIONS,
    Kind,
    PermissionsError,
    action_problems,
    actions_of,
    grants,
    principal_problems,
    require,
)

KINDS: tuple[Kind, ...] = get_args(Kind)
GROUP = "arn:aws:quicksight:us-east-1:111111111111:group/default/lake-managers"


def principal(kind: Kind, arn: str) -> list[str]:
    return principal_problems(kind, arn, partition="aws", identity_region="us-east-1", namespace="default")


@pytest.mark.parametrize("kind", KINDS)
def test_both_sets_of_a_kind_are_whole_and_an_owner_may_do_what_a_reader_may(kind: Kind) -> None:
    assert action_problems(kind, actions_of(kind, "reader")) == []
    assert action_problems(kind, actions_of(kind, "owner")) == []
    assert set(ACTIONS[kind].reader) < set(ACTIONS[kind].owner)
    assert ACTIONS[kind].source.startswith("https://docs.aws.amazon.com/quicksight/")


def test_a_reader_of_a_dashboard_has_the_three_documented_actions() -> None:
    assert actions_of("dashboard", "reader") == [
        "quicksight:DescribeDashboard",
        "quicksight:ListDashboardVersions",
        "quicksight:QueryDashboard",
    ]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if len(ACTIONS[kind].owner) > 1])
def test_fails_if_one_action_of_a_set_is_missing(kind: Kind) -> None:
    *most, last = actions_of(kind, "owner")
    (problem,) = action_problems(kind, most)
    assert f"{last} missing" in problem


def test_fails_if_an_action_is_unknown_and_proposes_the_one_that_was_meant() -> None:
    actions = [*actions_of("dashboard", "reader"), "quicksight:QueryDashbord"]
    assert action_problems("dashboard", actions) == [
        "a dashboard has no action quicksight:QueryDashbord; did you mean quicksight:QueryDashboard?"
    ]


def test_fails_if_an_action_belongs_to_another_kind() -> None:
    (problem,) = action_problems("data set", [*actions_of("data set", "reader"), "quicksight:PassDataSource"])
    assert problem.startswith("a data set has no action quicksight:PassDataSource")


def test_fails_if_an_action_is_given_twice() -> None:
    (problem,) = action_problems("theme", [*actions_of("theme", "reader"), "quicksight:DescribeTheme"])
    assert "more than once" in problem


@pytest.mark.parametrize("kind", KINDS)
def test_groups_and_users_can_be_principals_of_everything(kind: Kind) -> None:
    assert principal(kind, GROUP) == []
    assert principal(kind, "arn:aws:quicksight:us-east-1:111111111111:user/default/role/ada@example.com") == []


def test_references_of_cloudformation_stand_for_partition_and_account() -> None:
    arn = "arn:${Token[AWS.Partition.7]}:quicksight:eu-west-1:${Token[AWS.AccountId.3]}:group/teams/lake-authors"
    found = principal_problems(
        "data set", arn, partition="${Token[AWS.Partition.7]}", identity_region="eu-west-1", namespace="teams"
    )
    assert found == []


@pytest.mark.parametrize(
    ("kind", "arn", "words"),
    [
        ("data set", "arn:aws:iam::111111111111:root", "only templates can be shared"),
        ("data set", "lake-managers", "expected the ARN of a user, a group or a namespace"),
        ("data set", "arn:aws:iam::111111111111:role/ada", "is no principal of a data set"),
        ("dashboard", GROUP.replace("arn:aws:", "arn:aws-cn:"), "of partition aws-cn; expected aws"),
        ("dashboard", GROUP.replace("us-east-1", "eu-west-1"), "expected the identity region us-east-1"),
        ("dashboard", GROUP.replace("default", "other"), "is of namespace other; expected default"),
        ("dashboard", "arn:aws:quicksight:us-east-1:111111111111:group/default", "expected group/default/<name>"),
        ("data source", "arn:aws:quicksight:us-east-1:111111111111:namespace/default", "users and groups only"),
    ],
)
def test_fails_if_an_arn_cannot_be_a_principal(kind: Kind, arn: str, words: str) -> None:
    (problem,) = principal(kind, arn)
    assert words in problem


def test_a_dashboard_can_be_shared_with_a_namespace() -> None:
    assert principal("dashboard", "arn:aws:quicksight:us-east-1:111111111111:namespace/default") == []


def test_what_is_granted_passes_and_a_grant_that_was_tampered_with_does_not() -> None:
    place = {"partition": "aws", "identity_region": "us-east-1", "namespace": "default"}
    given = grants("folder", "owner", [GROUP, GROUP.replace("managers", "authors")])
    require("folder", given, **place)
    given[0]["Actions"].remove("quicksight:DeleteFolder")
    given[1]["Principal"] = GROUP
    with pytest.raises(PermissionsError, match=r"permissions of a folder: .*more than once; .*DeleteFolder missing"):
        require("folder", given, **place)
