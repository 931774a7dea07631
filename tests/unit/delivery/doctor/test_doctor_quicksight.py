from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from dashboards.groups import GROUPS
from delivery.doctor import identity, quicksight, quicksight_data
from delivery.doctor.account import Account
from delivery.doctor.finding import Finding, State
from tests.unit.delivery.conftest import NUMBER, REGION, configured, with_answers

SETTINGS: tuple[str, Any] = ("describe_account_settings", {"AccountSettings": {"AccountName": "lake"}})
NOT_THERE = "ResourceNotFoundException"
GROUP_NAMES = [group.name for group in GROUPS]
CHECKS = (
    quicksight.subscription,
    quicksight.identities,
    quicksight.groups,
    quicksight_data.strangers,
    quicksight_data.data_source,
    quicksight_data.spice,
)


@pytest.fixture(scope="module")
def session() -> Iterator[boto3.Session]:
    """Read the model of QuickSight once: it is one of the largest. Nothing is asked of AWS; all answers are given."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
            patch.delenv(name, raising=False)
        yield boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)


@pytest.fixture
def account(session: boto3.Session) -> Account:
    return Account(configured(), session)


@pytest.fixture
def bi(account: Account, monkeypatch: pytest.MonkeyPatch) -> Account:
    """Give an account whose lake has the groups of the dashboards."""
    deployed(monkeypatch, *(f"arn:aws:quicksight:{REGION}:{NUMBER}:group/default/{name}" for name in GROUP_NAMES))
    return with_bi(account)


def deployed(monkeypatch: pytest.MonkeyPatch, *ids: str) -> None:
    monkeypatch.setattr(Account, "deployed", frozenset(ids))


def with_bi(account: Account, **values: Any) -> Account:
    return replace(account, config=configured(bi={"enabled": True, "vpc_connection": False, **values}))


def ask(check: Callable[[Account], Iterator[Finding]], account: Account) -> Finding:
    (finding,) = check(account)
    if finding.state is not State.GOOD:
        assert finding.why
        assert finding.fix
    return finding


def subscribed(**changes: str) -> tuple[str, Any]:
    found = {"AccountName": "lake", "Edition": "ENTERPRISE", "AccountSubscriptionStatus": "ACCOUNT_CREATED"}
    return ("describe_account_subscription", {"AccountInfo": found | changes})


def namespace(status: str) -> tuple[str, Any]:
    return ("describe_namespace", {"Namespace": {"Name": "default", "CreationStatus": status}})


def listed(*names: str) -> tuple[str, Any]:
    return ("list_groups", {"GroupList": [{"GroupName": name} for name in names]})


def members(*names: str) -> tuple[str, Any]:
    return ("list_group_memberships", {"GroupMemberList": [{"MemberName": name} for name in names]})


@pytest.mark.parametrize("check", CHECKS)
def test_without_dashboards_nothing_is_asked(check: Any, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    with_answers(account, monkeypatch, "quicksight")
    assert ask(check, account).what == "no dashboards in this environment"


def test_an_enterprise_subscription_is_good(bi: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    with_answers(bi, monkeypatch, "quicksight", SETTINGS, subscribed())
    assert "ENTERPRISE" in ask(quicksight.subscription, bi).what


def test_an_account_without_subscription_is_a_problem(bi: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    with_answers(
        bi,
        monkeypatch,
        "quicksight",
        ("describe_account_settings", NOT_THERE),
        ("describe_account_subscription", NOT_THERE),
    )
    finding = ask(quicksight.subscription, bi)
    assert finding.state is State.PROBLEM
    assert "has no subscription" in finding.what
    assert "quicksight create-account-subscription --edition ENTERPRISE" in finding.fix
    assert f"--aws-account-id {NUMBER}" in finding.fix


@pytest.mark.parametrize(
    ("changes", "words", "fix"),
    [
        ({"Edition": "STANDARD"}, "of the STANDARD edition", "Upgrade now"),
        ({"AccountSubscriptionStatus": "SIGNUP_ATTEMPT_FAILED"}, "in status SIGNUP_ATTEMPT_FAILED", "create-account"),
        ({"AccountSubscriptionStatus": "UNSUBSCRIBED"}, "in status UNSUBSCRIBED", "create-account-subscription"),
    ],
)
def test_a_subscription_that_is_not_enough_is_a_problem(
    changes: dict[str, str], words: str, fix: str, bi: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_answers(bi, monkeypatch, "quicksight", SETTINGS, subscribed(**changes))
    finding = ask(quicksight.subscription, bi)
    assert (finding.state, words in finding.what, fix in finding.fix) == (State.PROBLEM, True, True)


def test_users_in_another_region_are_a_problem_that_names_it(bi: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    client = bi.client("quicksight")
    stub = Stubber(client)
    stub.add_client_error(
        "describe_account_settings",
        "AccessDeniedException",
        "Operation is being called from endpoint us-east-1, but your identity region is eu-west-1. "
        "Please use the eu-west-1 endpoint.",
    )
    stub.activate()
    monkeypatch.setattr(Account, "client", lambda self, name, region=None: client)
    finding = ask(quicksight.identities, bi)
    assert finding.state is State.PROBLEM
    assert "live in eu-west-1" in finding.what
    assert finding.fix == 'Write identity_region = "eu-west-1" under [bi] in config/environments/dev.toml'


def test_what_may_not_be_asked_of_users_is_raised(bi: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    with_answers(bi, monkeypatch, "quicksight", ("describe_account_settings", "AccessDeniedException"))
    with pytest.raises(Exception, match="AccessDenied"):
        list(quicksight.identities(bi))


@pytest.mark.parametrize(
    ("answer", "state", "words"),
    [
        (namespace("CREATED"), State.GOOD, "namespace default in us-east-1"),
        (namespace("CREATING"), State.PROBLEM, "is being created"),
        (namespace("NON_RETRYABLE_FAILURE"), State.PROBLEM, "is NON_RETRYABLE_FAILURE"),
        (("describe_namespace", NOT_THERE), State.PROBLEM, "is missing"),
    ],
)
def test_the_namespace_must_be_there(
    answer: tuple[str, Any], state: State, words: str, bi: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_answers(bi, monkeypatch, "quicksight", SETTINGS, answer)
    finding = ask(quicksight.identities, bi)
    assert (finding.state, words in finding.what) == (state, True)


def test_groups_that_the_stack_will_make_may_be_missing(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    bi = with_bi(account, create_groups=True)
    with_answers(bi, monkeypatch, "quicksight", SETTINGS, listed())
    assert f"{len(GROUPS)} that the stack makes" in ask(quicksight.groups, bi).what


def test_groups_that_the_stack_does_not_make_must_be_there(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    bi = with_bi(account, create_groups=False)
    first, *others = GROUP_NAMES
    with_answers(bi, monkeypatch, "quicksight", SETTINGS, listed(*others), *(members("ada") for _ in others))
    finding = ask(quicksight.groups, bi)
    assert finding.state is State.PROBLEM
    assert finding.what == f"there is no group {first}"
    assert f"create-group --namespace default --group-name {first} --aws-account-id {NUMBER}" in finding.fix


def test_a_group_of_somebody_else_is_in_the_way_of_one_that_the_stack_would_make(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    bi = with_bi(account, create_groups=True)
    deployed(monkeypatch)
    with_answers(bi, monkeypatch, "quicksight", SETTINGS, listed(GROUP_NAMES[0]), members("ada"))
    finding = ask(quicksight.groups, bi)
    assert finding.state is State.PROBLEM
    assert finding.what == f"the group {GROUP_NAMES[0]} exists and belongs to no stack of the lake"
    assert "create_groups = false" in finding.fix


def listings(source: str, data_set: str, dashboard: str) -> list[tuple[str, Any]]:
    return [
        ("list_data_sources", {"DataSources": [{"DataSourceId": source}]}),
        ("list_data_sets", {"DataSetSummaries": [{"DataSetId": data_set}]}),
        ("list_dashboards", {"DashboardSummaryList": [{"DashboardId": dashboard}]}),
    ]


def test_an_asset_of_somebody_else_is_in_the_way(bi: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    with_answers(bi, monkeypatch, "quicksight", *listings("other", "lake-orders", "orders"))
    finding = ask(quicksight_data.strangers, bi)
    assert finding.state is State.PROBLEM
    assert finding.what == "the data set lake-orders exists and belongs to no stack of the lake"
    assert f"quicksight delete-data-set --data-set-id lake-orders --aws-account-id {NUMBER}" in finding.fix


def test_the_lakes_own_assets_are_not_in_the_way(bi: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    deployed(monkeypatch, f"{NUMBER}|lake-athena", f"{NUMBER}|lake-orders", f"{NUMBER}|lake-traffic")
    with_answers(bi, monkeypatch, "quicksight", *listings("lake-athena", "lake-orders", "lake-traffic"))
    assert ask(quicksight_data.strangers, bi).state is State.GOOD


def test_a_group_without_people_is_a_warning(bi: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    names = GROUP_NAMES
    with_answers(
        bi, monkeypatch, "quicksight", SETTINGS, listed(*names), members(), *(members("ada") for _ in names[1:])
    )
    finding = ask(quicksight.groups, bi)
    assert finding.state is State.WARNING
    assert finding.what == f"nobody is in {names[0]}"
    assert f'make bi-member ENV=dev ARGS="--group {names[0]} --user <name>"' in finding.fix


def test_groups_on_further_pages_are_found(bi: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    first, *others = GROUP_NAMES
    page = ("list_groups", {"GroupList": [{"GroupName": first}], "NextToken": "more"})
    with_answers(
        bi, monkeypatch, "quicksight", SETTINGS, page, listed(*others), *(members("ada") for _ in (first, *others))
    )
    assert ask(quicksight.groups, bi).what.startswith(f"{len(GROUPS)} groups with people")


def test_a_data_source_that_failed_is_a_problem(bi: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"Type": "ACCESS_DENIED", "Message": "no role"}
    failed = ("describe_data_source", {"DataSource": {"Status": "CREATION_FAILED", "ErrorInfo": told}})
    with_answers(bi, monkeypatch, "quicksight", failed)
    finding = ask(quicksight_data.data_source, bi)
    assert finding.state is State.PROBLEM
    assert "CREATION_FAILED: ACCESS_DENIED: no role" in finding.what


@pytest.mark.parametrize(
    "answer",
    [("describe_data_source", NOT_THERE), ("describe_data_source", {"DataSource": {"Status": "CREATION_SUCCESSFUL"}})],
)
def test_a_data_source_that_works_or_is_not_deployed_is_good(
    answer: tuple[str, Any], bi: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_answers(bi, monkeypatch, "quicksight", answer)
    assert ask(quicksight_data.data_source, bi).state is State.GOOD


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ({"Status": "CREATION_SUCCESSFUL", "AvailabilityStatus": "AVAILABLE"}, State.GOOD),
        ({"Status": "CREATION_SUCCESSFUL", "AvailabilityStatus": "UNAVAILABLE"}, State.PROBLEM),
        ({"Status": "CREATION_FAILED"}, State.PROBLEM),
    ],
)
def test_a_connection_to_the_network_must_be_available(
    answer: dict[str, str], state: State, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    bi = with_bi(account, vpc_connection=True)
    works: tuple[str, Any] = ("describe_data_source", {"DataSource": {"Status": "CREATION_SUCCESSFUL"}})
    with_answers(bi, monkeypatch, "quicksight", works, ("describe_vpc_connection", {"VPCConnection": answer}))
    source, connection = quicksight_data.data_source(bi)
    assert (source.state, connection.state) == (State.GOOD, state)


@pytest.mark.parametrize(("used", "state"), [(5_000.0, State.GOOD), (9_500.0, State.WARNING)])
def test_spice_must_have_room(used: float, state: State, bi: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def points(newest: float) -> tuple[str, Any]:
        hours = [(1, 1.0), (3, newest), (2, 2.0)]
        found = [{"Timestamp": datetime(2026, 1, 1, hour, tzinfo=UTC), "Maximum": value} for hour, value in hours]
        return ("get_metric_statistics", {"Datapoints": found})

    with_answers(bi, monkeypatch, "cloudwatch", points(10_240.0), points(used))
    finding = ask(quicksight_data.spice, bi)
    assert finding.state is state
    assert finding.what == f"{used:,.0f} of 10,240 MB of SPICE are used"


def test_spice_of_which_nothing_is_known_is_unknown(bi: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing: tuple[str, Any] = ("get_metric_statistics", {"Datapoints": []})
    with_answers(bi, monkeypatch, "cloudwatch", nothing, nothing)
    assert ask(quicksight_data.spice, bi).state is State.UNKNOWN


def test_the_region_must_offer_quicksight_if_there_are_dashboards(account: Account, bi: Account) -> None:
    assert "quicksight" not in identity.services(account)
    assert "quicksight" in identity.services(bi)
