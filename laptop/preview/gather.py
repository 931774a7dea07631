"""Asks the emulator's QuickSight what is deployed, and what each person sees."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from laptop import aws
from laptop.preview.page import PreviewError
from laptop.preview.snapshot import DashboardFact, DataSetFact, Json, Person, Rows, Snapshot
from laptop.state import Home, Run

NAMESPACE = "default"
# A namespace as a principal means everybody in it.
_EVERYBODY = f":namespace/{NAMESPACE}"
_READ = "quicksight:DescribeDashboard"
_SECONDS = 600


def gather(home: Home, run: Run) -> Snapshot:
    """Describe all published dashboards, and read every row that they show, as every user.

    Raises
    ------
    PreviewError
        Rows cannot be read; the message says of which data set, for whom, and why.
    """
    quicksight = aws.client(home, run, "quicksight")
    account = {"AwsAccountId": aws.ACCOUNT}
    found = _pages(quicksight, "list_dashboards", "DashboardSummaryList")
    dashboards = [_dashboard(quicksight, item["DashboardId"]) for item in found]
    used = sorted({data_set for dashboard in dashboards for data_set in dashboard.data_sets})
    readers = {dashboard.id: _readers(quicksight, dashboard.id) for dashboard in dashboards}
    users = list(_pages(quicksight, "list_users", "UserList", Namespace=NAMESPACE))
    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(lambda user: _person(quicksight, run, user, dashboards, readers), users))
    people = tuple(person for person, _ in seen)
    answers = {data_set: answer for _, given in seen for data_set, answer in given.items() if "failed" not in answer}
    facts = {
        data_set: _data_set(
            quicksight.describe_data_set(**account, DataSetId=data_set)["DataSet"], people, answers.get(data_set, {})
        )
        for data_set in used
    }
    return Snapshot(
        created=datetime.now(UTC).isoformat(),
        # The richest one first: it is what people open.
        dashboards=tuple(sorted(dashboards, key=lambda one: (-one.visuals, one.name))),
        data_sets=facts,
        people=people,
        themes={one.theme: _theme(quicksight, one.theme) for one in dashboards if one.theme},
    )


def _pages(quicksight: Any, operation: str, member: str, **request: Any) -> Iterator[Json]:
    """Yield what a list operation gives, page by page."""
    for page in quicksight.get_paginator(operation).paginate(AwsAccountId=aws.ACCOUNT, **request):
        yield from page[member]


def _dashboard(quicksight: Any, dashboard_id: str) -> DashboardFact:
    request = {"AwsAccountId": aws.ACCOUNT, "DashboardId": dashboard_id}
    version = quicksight.describe_dashboard(**request)["Dashboard"]["Version"]
    described = quicksight.describe_dashboard_definition(**request, VersionNumber=version["VersionNumber"])
    definition = plain(described["Definition"])
    ids = {
        declaration["Identifier"]: _last(declaration["DataSetArn"])
        for declaration in definition["DataSetIdentifierDeclarations"]
    }
    theme = described.get("ThemeArn")
    return DashboardFact(
        id=dashboard_id,
        name=described["Name"],
        description=version.get("Description", ""),
        version=version["VersionNumber"],
        theme=_last(theme) if theme else None,
        data_sets=tuple(dict.fromkeys(ids.values())),
        definition=with_ids(definition, ids),
    )


def plain(value: Any) -> Any:
    """Make what the SDK read into JSON again: times become ISO texts."""
    if isinstance(value, dict):
        return {key: plain(member) for key, member in value.items()}
    if isinstance(value, list):
        return [plain(member) for member in value]
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def with_ids(value: Any, ids: Json) -> Any:
    """Name data sets by their ids in place of the identifiers that a definition chose for them."""
    if isinstance(value, dict):
        return {
            key: ids.get(member, member) if key == "DataSetIdentifier" else with_ids(member, ids)
            for key, member in value.items()
        }
    return [with_ids(member, ids) for member in value] if isinstance(value, list) else value


def _theme(quicksight: Any, theme: str) -> Json:
    described = quicksight.describe_theme(AwsAccountId=aws.ACCOUNT, ThemeId=theme)["Theme"]["Version"]
    return dict(plain(described.get("Configuration", {})))


def _readers(quicksight: Any, dashboard: str) -> set[str]:
    request = {"AwsAccountId": aws.ACCOUNT, "DashboardId": dashboard}
    granted = quicksight.describe_dashboard_permissions(**request)["Permissions"]
    return {grant["Principal"] for grant in granted if _READ in grant["Actions"]}


def _person(
    quicksight: Any, run: Run, user: Json, dashboards: Iterable[DashboardFact], readers: dict[str, set[str]]
) -> tuple[Person, Json]:
    """Return a person, and what was answered when their rows were asked for."""
    name = user["UserName"]
    groups = list(_pages(quicksight, "list_user_groups", "GroupList", Namespace=NAMESPACE, UserName=name))
    principals = {user["Arn"], *(group["Arn"] for group in groups)}
    readable = [one for one in dashboards if may_read(readers[one.id], principals)]
    data_sets = sorted({data_set for one in readable for data_set in one.data_sets})
    answers = {data_set: _ask(run, data_set, name) for data_set in data_sets}
    person = Person(
        name=name,
        groups=tuple(group["GroupName"] for group in groups),
        dashboards=tuple(one.id for one in readable),
        rows={data_set: _rows(answer) for data_set, answer in answers.items()},
    )
    return person, answers


def may_read(readers: set[str], principals: set[str]) -> bool:
    """Whether one of the principals of a person, or everybody, is among the readers."""
    return bool(readers & principals) or any(reader.endswith(_EVERYBODY) for reader in readers)


def _ask(run: Run, data_set: str, user: str) -> Json:
    query = urllib.parse.urlencode({"user": user})
    url = f"{run.endpoint}/_lake/quicksight/data-sets/{urllib.parse.quote(data_set)}/rows?{query}"
    try:
        with urllib.request.urlopen(url, timeout=_SECONDS) as answer:  # noqa: S310 - the emulator's own address
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        text = error.read().decode(errors="replace")
        if error.code == HTTPStatus.BAD_REQUEST:
            # A query failed: what needs these rows says so, and the rest of the page is drawn.
            return {"failed": json.loads(text)["message"]}
        raise PreviewError(f"the rows of {data_set} must be readable for {user}; got {error.code}: {text}") from error


def _rows(answer: Json) -> Rows:
    if "failed" in answer:
        return Rows(count=0, types={}, values={}, error=answer["failed"])
    return Rows(
        count=answer["count"],
        types={column["name"]: column["type"] for column in answer["columns"]},
        values=answer["data"],
        hidden=tuple(answer["hidden"]),
    )


def _data_set(described: Json, people: Iterable[Person], answer: Json) -> DataSetFact:
    data_set = described["DataSetId"]
    newest, shown = answer.get("ingestion") or {}, answer.get("shown") or {}
    visible = max((person.rows[data_set].count for person in people if data_set in person.rows), default=None)
    return DataSetFact(
        id=data_set,
        name=described["Name"],
        import_mode=described["ImportMode"],
        # A query has no total of its own; who sees most sees at least so many.
        rows=visible if described["ImportMode"] == "DIRECT_QUERY" else shown.get("rows", 0),
        status=newest.get("status"),
        created=_moment(newest.get("created")),
        error=newest.get("error"),
        last_good=_moment(shown.get("created")),
        geographic_roles=geographic_roles(described),
    )


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()


def geographic_roles(described: Any) -> dict[str, str]:
    """Find what columns mean on a map, wherever the description of a data set says it."""
    if isinstance(described, list):
        return {column: role for value in described for column, role in geographic_roles(value).items()}
    if not isinstance(described, dict):
        return {}
    found = {column: role for value in described.values() for column, role in geographic_roles(value).items()}
    for property_ in described.get("ColumnProperties", ()):
        if role := property_.get("SemanticType", {}).get("GeographicalRole"):
            found |= dict.fromkeys(described.get("ColumnNames", ()), role)
    return found


def _last(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]
