"""Commands about dashboards, against clients that know QuickSight's own model of requests and answers."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber
from rich.console import Console

from dashboards.__main__ import main
from dashboards.cli import address, checking, members, refresh
from dashboards.cli.place import Place, of
from dashboards.errors import DashboardError
from dashboards.model import Collection, DataSet, Group, LookBack

ACCOUNT = "111111111111"
LATER = LookBack(column="at", size=1, unit="DAY")


def data_set(name: str, mode: Any = "SPICE", look_back: LookBack | None = None) -> DataSet:
    return DataSet(
        name=name,
        title=name,
        description=name,
        products=(),
        tables=(),
        sql=None,
        import_mode=mode,
        columns=(),
        look_back=look_back,
    )


COLLECTION = Collection(
    groups=(Group(name="lake-managers", description="Managers", authors=False),),
    data_sets=(data_set("orders", look_back=LATER), data_set("usage"), data_set("airports", "DIRECT_QUERY")),
    dashboards=(),
    theme={},
)


class Functions:
    """A function that answers with what it is given."""

    def __init__(self, answer: Any, error: str | None = None) -> None:
        self._answer = {"Payload": io.BytesIO(json.dumps(answer).encode())} | (
            {"FunctionError": error} if error else {}
        )
        self.asked: list[Any] = []

    def invoke(self, FunctionName: str, Payload: bytes) -> Any:  # noqa: N803
        self.asked.append((FunctionName, json.loads(Payload)))
        return self._answer


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    make: Any = boto3.client
    with Stubber(make("quicksight", region_name="us-east-1")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def place(stub: Stubber) -> Callable[..., Place]:
    def make(functions: Any = None) -> Place:
        return Place(
            account=ACCOUNT,
            namespace="default",
            outputs={"DashboardUrlFunctionName": "urls"},
            collection=COLLECTION,
            quicksight=stub.client,
            identities=stub.client,
            functions=functions,
        )

    return make


def start(stub: Stubber, name: str, kind: str = "FULL_REFRESH") -> None:
    asked = {"AwsAccountId": ACCOUNT, "DataSetId": f"lake-{name}", "IngestionId": ANY, "IngestionType": kind}
    stub.add_response("create_ingestion", {"IngestionStatus": "INITIALIZED"}, asked)


def look(stub: Stubber, name: str, status: str, **fields: Any) -> None:
    asked = {"AwsAccountId": ACCOUNT, "DataSetId": f"lake-{name}", "IngestionId": ANY}
    found = {"Arn": "arn", "IngestionStatus": status, "CreatedTime": 0} | fields
    stub.add_response("describe_ingestion", {"Ingestion": found}, asked)


def rows(count: int, dropped: int = 0) -> dict[str, Any]:
    counts = {"RowsIngested": count, "RowsDropped": dropped, "TotalRowsInDataset": count}
    return {"RowInfo": counts, "IngestionTimeInSeconds": 3}


def refreshed(place: Place, names: list[str] | None = None, **options: Any) -> tuple[int, list[str]]:
    told = io.StringIO()
    settings: dict[str, Any] = {"incremental": False, "minutes": 1, "sleep": lambda _: None} | options
    status = refresh.run(place, Console(file=told, width=200), names=names, **settings)
    return status, told.getvalue().splitlines()


def test_refresh_waits_for_all_that_spice_holds_and_tells_rows(stub: Stubber, place: Callable[..., Place]) -> None:
    start(stub, "orders")
    start(stub, "usage")
    look(stub, "orders", "RUNNING")
    look(stub, "usage", "COMPLETED", **rows(1234, dropped=2))
    look(stub, "orders", "COMPLETED", **rows(7))

    status, told = refreshed(place())

    assert status == 0
    assert told == ["✓ lake-orders: 7 rows, 3 s", "✓ lake-usage: 1,234 rows, 2 dropped, 3 s"]


def test_failed_refresh_is_told_with_its_reason_and_the_others_go_on(
    stub: Stubber, place: Callable[..., Place]
) -> None:
    stub.add_client_error("create_ingestion", "LimitExceededException", "32 a day")
    start(stub, "usage")
    look(stub, "usage", "FAILED", ErrorInfo={"Type": "SQL_EXCEPTION", "Message": "no such table"})

    status, told = refreshed(place())

    assert status == 1
    assert told[0].startswith("✗ lake-orders: REFUSED ")
    assert "32 a day" in told[0]
    assert told[1] == "✗ lake-usage: FAILED SQL_EXCEPTION: no such table"


def test_refresh_that_takes_too_long_is_no_success(stub: Stubber, place: Callable[..., Place]) -> None:
    start(stub, "usage")

    assert refreshed(place(), ["usage"], minutes=-1) == (1, ["✗ lake-usage: INITIALIZED"])


def test_incremental_refresh_is_for_data_sets_that_look_back(stub: Stubber, place: Callable[..., Place]) -> None:
    start(stub, "orders", "INCREMENTAL_REFRESH")
    look(stub, "orders", "COMPLETED", **rows(7))

    assert refreshed(place(), incremental=True)[0] == 0


@pytest.mark.parametrize("name", ["orders", "lake-orders"])
def test_data_sets_are_chosen_by_name_or_id(name: str) -> None:
    (found,) = refresh.chosen(COLLECTION.data_sets, [name, name], incremental=False)

    assert found.id == "lake-orders"


@pytest.mark.parametrize(("name", "incremental"), [("airports", False), ("usage", True), ("orderz", False)])
def test_fails_on_a_data_set_that_cannot_be_refreshed_so(name: str, incremental: bool) -> None:
    with pytest.raises(DashboardError, match=r"are \['orders'.*got \['" + name):
        refresh.chosen(COLLECTION.data_sets, [name], incremental=incremental)


def test_address_is_asked_of_the_function_and_printed_alone(
    place: Callable[..., Place], capsys: pytest.CaptureFixture[str]
) -> None:
    functions = Functions({"url": "https://x/embed", "expires": "soon"})

    assert address.run(place(functions), {"dashboard": "orders", "user": "ada"}) == 0

    assert capsys.readouterr().out == "https://x/embed\n"
    assert functions.asked == [("urls", {"dashboard": "orders", "user": "ada"})]


def test_fails_with_the_words_of_the_function(place: Callable[..., Place]) -> None:
    functions = Functions({"errorMessage": "dashboard must be among ['lake-orders']"}, error="Unhandled")

    with pytest.raises(DashboardError, match="urls refused: dashboard must be among"):
        address.ask(place(functions), {"dashboard": "x", "user": "ada"})


WHERE = {"AwsAccountId": ACCOUNT, "Namespace": "default", "GroupName": "lake-managers"}


def listed(stub: Stubber, *pages: list[str]) -> None:
    for number, names in enumerate(pages):
        token = {"NextToken": str(number)} if number else {}
        more = {"NextToken": str(number + 1)} if number + 1 < len(pages) else {}
        found = {"GroupMemberList": [{"MemberName": name} for name in names]}
        stub.add_response("list_group_memberships", found | more, WHERE | token)


def membership(place: Place, **options: Any) -> list[str]:
    told = io.StringIO()
    chosen: dict[str, Any] = {"group": "lake-managers", "user": None, "remove": False} | options
    assert members.run(place, Console(file=told), **chosen) == 0
    return told.getvalue().split()


def test_members_of_all_pages_are_shown_sorted(stub: Stubber, place: Callable[..., Place]) -> None:
    listed(stub, ["max", "ada"], ["bob"])

    assert membership(place()) == ["ada", "bob", "max"]


def test_user_is_put_into_a_group(stub: Stubber, place: Callable[..., Place]) -> None:
    stub.add_response("create_group_membership", {}, WHERE | {"MemberName": "ada"})
    listed(stub, ["ada"])

    assert membership(place(), user="ada") == ["ada"]


def test_user_is_taken_out_of_a_group(stub: Stubber, place: Callable[..., Place]) -> None:
    stub.add_response("delete_group_membership", {}, WHERE | {"MemberName": "ada"})
    listed(stub, [])

    assert membership(place(), user="ada", remove=True) == []


@pytest.mark.parametrize("remove", [False, True])
def test_fails_on_a_user_that_quicksight_does_not_know(
    stub: Stubber, place: Callable[..., Place], remove: bool
) -> None:
    operation = "delete_group_membership" if remove else "create_group_membership"
    stub.add_client_error(operation, "ResourceNotFoundException", "User eve is not found")

    with pytest.raises(DashboardError, match=r"eve must be a user .* User eve is not found"):
        membership(place(), user="eve", remove=remove)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"group": "admins"}, r"one of \['lake-managers'\]; got 'admins'"), ({"remove": True}, "needs --user")],
)
def test_fails_before_anything_changes(place: Callable[..., Place], options: Any, message: str) -> None:
    with pytest.raises(DashboardError, match=message):
        membership(place(), **options)


def test_lake_without_dashboards_says_how_to_get_them() -> None:
    environment = SimpleNamespace(name="dev")
    lake: Any = SimpleNamespace(config=SimpleNamespace(environment=environment), outputs={})

    with pytest.raises(DashboardError, match=r"dev has no dashboards: deploy it with enabled = true under \[bi\]"):
        of(lake)


def test_error_is_a_line_and_a_status(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def nothing(environment: str) -> Place:
        raise DashboardError(f"{environment} has no dashboards")

    monkeypatch.setattr("dashboards.cli.place.find", nothing)

    assert main(["member", "--environment", "dev", "--group", "lake-managers"]) == 1
    assert capsys.readouterr().err == "error: dev has no dashboards\n"


@pytest.mark.parametrize(("found", "status"), [([], 0), (["dashboard orders: no such column"], 1)])
def test_check_prints_all_problems_and_needs_no_aws(
    found: list[str], status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checking, "problems", lambda collection, contracts: found)

    assert main(["check"]) == status
    assert "\n".join(found) in capsys.readouterr().out


@pytest.mark.parametrize("command", ["check", "refresh", "url", "member"])
def test_each_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])

    assert ended.value.code == 0
    assert command in capsys.readouterr().out


@pytest.mark.parametrize("who", [[], ["--user", "ada", "--tag", "a=b"], ["--tag", "nothing"]])
def test_address_needs_to_know_who_looks(who: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["url", "--dashboard", "orders", *who])

    assert ended.value.code == 2
    assert "--tag" in capsys.readouterr().err
