"""Addresses of embedded dashboards: who may ask for which, and what QuickSight is asked then."""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import ModuleType, SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from dashboard_url.quicksight import Embedding
from dashboard_url.settings import Settings
from dashboard_url.visits import AnonymousVisit, RequestError, UserVisit, visit

ENVIRONMENT = {
    "PARTITION": "aws-us-gov",
    "ACCOUNT": "111111111111",
    "AWS_REGION": "us-gov-east-1",
    "IDENTITY_REGION": "us-gov-west-1",
    "NAMESPACE": "default",
    "DASHBOARDS": "lake-orders,lake-traffic",
    "ANONYMOUS": '{"lake-orders": ["segment"], "lake-airports": []}',
    "DOMAINS": "https://shop.example.com",
    "SESSION_MINUTES": "60",
}
SETTINGS = Settings.read(ENVIRONMENT)
URL = "https://us-gov-east-1.quicksight.aws.amazon.com/embed/secret"
ORDERS = "arn:aws-us-gov:quicksight:us-gov-east-1:111111111111:dashboard/lake-orders"
SHARED = {
    "AwsAccountId": "111111111111",
    "SessionLifetimeInMinutes": 60,
    "ExperienceConfiguration": {"Dashboard": {"InitialDashboardId": "lake-orders"}},
    "AllowedDomains": ["https://shop.example.com"],
}
FOR_USER = SHARED | {"UserArn": "arn:aws-us-gov:quicksight:us-gov-west-1:111111111111:user/default/ada"}
FOR_VISITOR = SHARED | {
    "Namespace": "default",
    "AuthorizedResourceArns": [ORDERS],
    "SessionTags": [{"Key": "segment", "Value": "at-risk"}],
}


@pytest.fixture
def quicksight(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """Give a client that knows QuickSight's own model of requests, and reaches no network."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    make: Any = boto3.client
    with Stubber(make("quicksight", region_name="us-east-1")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.mark.parametrize("name", ["orders", "lake-orders"])
@pytest.mark.parametrize("user", ["ada", "Analysts/ada@example.com"])
def test_registered_user_asks_by_name(name: str, user: str) -> None:
    assert visit({"dashboard": name, "user": user}, SETTINGS) == UserVisit(dashboard="lake-orders", user=user)


def test_visitor_asks_with_the_tags_of_the_dashboard() -> None:
    found = visit({"dashboard": "orders", "tags": {"segment": "at-risk"}}, SETTINGS)

    assert found == AnonymousVisit(dashboard="lake-orders", tags={"segment": "at-risk"})


def test_dashboard_without_restricted_rows_needs_no_tags() -> None:
    assert visit({"dashboard": "airports", "tags": {}}, SETTINGS) == AnonymousVisit(dashboard="lake-airports", tags={})


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({}, "{dashboard, user} or {dashboard, tags}"),
        ({"dashboard": "orders"}, "got ['dashboard']"),
        ({"dashboard": "orders", "user": "ada", "tags": {}}, "got ['dashboard', 'tags', 'user']"),
        ({"dashboard": "secret", "user": "ada"}, "['lake-orders', 'lake-traffic'], which users may see; got 'secret'"),
        ({"dashboard": ["orders"], "user": "ada"}, "got ['orders']"),
        ({"dashboard": "traffic", "tags": {}}, "which visitors without a user may see; got 'traffic'"),
        (None, "{dashboard, user} or {dashboard, tags}; got NoneType"),
        ([{"dashboard": "orders", "user": "ada"}], "{dashboard, user} or {dashboard, tags}; got list"),
        ('{"dashboard": "orders", "user": "ada"}', "{dashboard, user} or {dashboard, tags}; got str"),
        ({"dashboard": ["orders"], "tags": {}}, "which visitors without a user may see; got ['orders']"),
        ({"dashboard": {}, "tags": {}}, "which visitors without a user may see; got {}"),
        ({"dashboard": None, "user": "ada"}, "which users may see; got None"),
        ({"dashboard": "orders", "tags": {}}, "['segment']; got []"),
        ({"dashboard": "orders", "tags": None}, "['segment']; got NoneType"),
        ({"dashboard": "orders", "tags": 5}, "['segment']; got int"),
        ({"dashboard": "orders", "tags": [1, "segment"]}, "['segment']; got list"),
        ({"dashboard": "orders", "tags": {"segment": "a", "country": "b"}}, "got ['country', 'segment']"),
        ({"dashboard": "orders", "tags": {"segment": ""}}, "tag segment must be a text"),
        ({"dashboard": "orders", "tags": {"segment": 1}}, "tag segment must be a text"),
        ({"dashboard": "orders", "tags": {"segment": "x" * 257}}, "tag segment must be a text"),
        ({"dashboard": "orders", "user": ""}, "got ''"),
        ({"dashboard": "orders", "user": "../group/admins/x"}, "name of a QuickSight user"),
        ({"dashboard": "orders", "user": "a/b/c"}, "name of a QuickSight user"),
        ({"dashboard": "orders", "user": "*"}, "name of a QuickSight user"),
        ({"dashboard": "orders", "user": None}, "got None"),
    ],
)
def test_fails_on_what_is_not_offered_with_what_is(request_: Any, message: str) -> None:
    with pytest.raises(RequestError) as error:
        visit(request_, SETTINGS)

    assert message in str(error.value)


def test_nobody_is_anonymous_where_that_is_off() -> None:
    off = Settings.read({**ENVIRONMENT, "ANONYMOUS": "{}"})

    with pytest.raises(RequestError, match="must be among"):
        visit({"dashboard": "orders", "tags": {"segment": "a"}}, off)


def test_address_of_a_user_names_the_user_of_the_identity_region(quicksight: Stubber) -> None:
    quicksight.add_response("generate_embed_url_for_registered_user", answer(), FOR_USER)

    assert Embedding(quicksight.client, SETTINGS).url(UserVisit(dashboard="lake-orders", user="ada")) == URL


def test_address_of_a_visitor_is_for_one_dashboard_with_tags(quicksight: Stubber) -> None:
    quicksight.add_response(
        "generate_embed_url_for_anonymous_user", answer() | {"AnonymousUserArn": "arn:aws:x"}, FOR_VISITOR
    )

    found = Embedding(quicksight.client, SETTINGS).url(
        AnonymousVisit(dashboard="lake-orders", tags={"segment": "at-risk"})
    )

    assert found == URL


def test_session_without_tags_or_domains_leaves_them_out(quicksight: Stubber) -> None:
    expected = {key: value for key, value in FOR_VISITOR.items() if key not in ("SessionTags", "AllowedDomains")}
    quicksight.add_response(
        "generate_embed_url_for_anonymous_user", answer() | {"AnonymousUserArn": "arn:aws:x"}, expected
    )
    settings = Settings.read({**ENVIRONMENT, "DOMAINS": ""})

    assert Embedding(quicksight.client, settings).url(AnonymousVisit(dashboard="lake-orders", tags={})) == URL


@pytest.fixture
def entry(quicksight: Stubber, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-gov-east-1")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "dashboard_url")
    found = importlib.import_module("dashboard_url.handler")
    monkeypatch.setattr(found, "_embedding", Embedding(quicksight.client, SETTINGS))
    yield found
    sys.modules.pop("dashboard_url.handler", None)


CONTEXT = SimpleNamespace(function_name="f", memory_limit_in_mb=1, invoked_function_arn="arn:f", aws_request_id="r")


def test_function_answers_with_the_address_and_until_when_it_opens(entry: ModuleType, quicksight: Stubber) -> None:
    quicksight.add_response("generate_embed_url_for_registered_user", answer(), FOR_USER)

    found = entry.handle({"dashboard": "orders", "user": "ada"}, CONTEXT)

    assert found["url"] == URL
    left = datetime.fromisoformat(found["expires"]) - datetime.now(UTC)
    assert timedelta(minutes=4) < left <= timedelta(minutes=5)


def test_log_tells_who_looks_at_what_and_keeps_the_address_secret(
    entry: ModuleType, quicksight: Stubber, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    quicksight.add_response("generate_embed_url_for_registered_user", answer(), FOR_USER)
    written: list[str] = []
    monkeypatch.setattr(logging.StreamHandler, "emit", lambda self, record: written.append(self.format(record)))

    entry.handle({"dashboard": "orders", "user": "ada"}, CONTEXT)

    told = "".join(written) + capsys.readouterr().out
    assert "lake-orders" in told
    assert "ada" in told
    assert "secret" not in told


def test_fails_when_quicksight_does_not_know_the_user(entry: ModuleType, quicksight: Stubber) -> None:
    quicksight.add_client_error("generate_embed_url_for_registered_user", "QuickSightUserNotFoundException", "ada")

    with pytest.raises(Exception, match="QuickSightUserNotFoundException"):
        entry.handle({"dashboard": "orders", "user": "ada"}, CONTEXT)


def answer() -> dict[str, Any]:
    return {"EmbedUrl": URL, "Status": 200, "RequestId": "r"}
