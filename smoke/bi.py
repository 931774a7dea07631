"""Checks of dashboards: what they show is what the tables hold, and who sees less does so."""

from __future__ import annotations

from typing import Any

from contracts.loader import load
from dashboards.cli.address import ask
from dashboards.cli.members import members
from dashboards.cli.place import Place, of
from dashboards.cli.refresh import refreshed
from dashboards.model import DataSet
from smoke.check import NotProvenError, Suite, require
from smoke.lake import ANALYTICS, ENGINEERS, Lake

suite = Suite()


@suite.check("Data sets in SPICE hold as many rows as their SQL gives")
def rows(lake: Lake) -> str:
    """Compare counts; a data set that differs is refreshed first, because its tables may have grown since."""
    place, proofs = _place(lake), []
    for data_set in place.collection.data_sets:
        if data_set.import_mode == "SPICE":
            held, expected = _held(place, data_set), _count(lake, data_set)
            if held != expected:
                held, expected = _refreshed(place, data_set), _count(lake, data_set)
            require(held == expected, f"{data_set.id} must hold {expected} rows, as its SQL gives; got {held}")
            proofs.append(f"{data_set.id} {held:,}")
    return "; ".join(proofs)


@suite.check("Data sets with restricted rows have rules, and those with personal columns hide them")
def restrictions(lake: Lake) -> str:
    """Compare what each data set restricts with what is declared; where nothing is, there is nothing to prove."""
    place, proofs = _place(lake), []
    for data_set in place.collection.data_sets:
        described = _ask(place, "describe_data_set", DataSetId=data_set.id)["DataSet"]
        if data_set.row_access:
            _require_rules(data_set, described)
            proofs.append(f"{data_set.id} has rules for rows")
        rules = described.get("ColumnLevelPermissionRules", [])
        hidden = {name for rule in rules if rule.get("Principals") for name in rule["ColumnNames"]}
        personal = {column.name for column in data_set.columns if column.personal}
        require(hidden == personal, f"{data_set.id} must hide {sorted(personal)}; it hides {sorted(hidden)}")
        if personal:
            proofs.append(f"{data_set.id} hides {', '.join(sorted(personal))}")
    if not proofs:
        raise NotProvenError("no data set restricts its rows or has personal columns")
    return "; ".join(proofs)


@suite.check("The newest version of each dashboard is published, without errors")
def versions(lake: Lake) -> str:
    place, told = _place(lake), []
    for dashboard in place.collection.dashboards:
        published = _ask(place, "describe_dashboard", DashboardId=dashboard.id)["Dashboard"]["Version"]
        listed = _pages(place, "list_dashboard_versions", DashboardId=dashboard.id)
        newest = max(each["VersionNumber"] for page in listed for each in page["DashboardVersionSummaryList"])
        got = f"version {published['VersionNumber']} is {published['Status']}, with {published.get('Errors', [])}"
        good = published["Status"] in ("CREATION_SUCCESSFUL", "UPDATE_SUCCESSFUL") and not published.get("Errors")
        require(good, f"{dashboard.id} must be without errors; {got}")
        require(published["VersionNumber"] == newest, f"version {newest} of {dashboard.id} must be published; {got}")
        told.append(f"{dashboard.id} {newest}")
    return "; ".join(told)


@suite.check("Members of a group get addresses of the dashboards that the group may read")
def addresses(lake: Lake) -> str:
    place, given = _place(lake), []
    for dashboard in place.collection.dashboards:
        for group in dashboard.readers:
            for user in members(place, group)[:1]:
                url = ask(place, {"dashboard": dashboard.id, "user": user})
                require(url.startswith("https://"), f"an address must begin with https://; {user} got {url}")
                given.append(f"{dashboard.id} to {user}")
    if not given:
        raise NotProvenError("no group has a member yet; see `make bi-member`")
    if lake.on_laptop:
        raise NotProvenError(
            "the laptop has no sign-in, and nothing opens the addresses that it gives; "
            "`make dashboards` draws what each user would see"
        )
    return f"{', '.join(given)}; how they look is for eyes"


@suite.check("A query appears in the history of usage with the bytes that it read")
def usage(lake: Lake) -> str:
    place = _place(lake)
    lake.need("orders")
    query = lake.query("SELECT count(order_id) FROM orders").query_metadata
    place.invoke("UsageHistoryFunctionName", {})
    name, read = query["QueryExecutionId"], query["Statistics"]["DataScannedInBytes"]
    found = lake.query(f"SELECT team, scanned_bytes, cost_usd FROM usage WHERE usage_id = '{name}'", database=ANALYTICS)  # noqa: S608
    require(len(found) == 1, f"query {name} must have one row in usage; got {len(found)}")
    team, scanned, cost = found.iloc[0]
    require((team, scanned) == (ENGINEERS, read), f"{ENGINEERS} must have read {read} bytes; got {team}, {scanned}")
    return f"{name}: {read:,} bytes, {cost:.6f} dollars"


def _place(lake: Lake) -> Place:
    if "BiDataSourceArn" not in lake.outputs:
        raise NotProvenError("business intelligence is off in this environment")
    return of(lake)


def _ask(place: Place, operation: str, **request: Any) -> Any:
    return getattr(place.quicksight, operation)(AwsAccountId=place.account, **request)


def _pages(place: Place, operation: str, **request: Any) -> Any:
    return place.quicksight.get_paginator(operation).paginate(AwsAccountId=place.account, **request)


def _held(place: Place, data_set: DataSet) -> int | None:
    """Return the rows since the newest good refresh; None if there was none."""
    found = [each for page in _pages(place, "list_ingestions", DataSetId=data_set.id) for each in page["Ingestions"]]
    good = [ingestion for ingestion in found if ingestion["IngestionStatus"] == "COMPLETED"]
    newest = max(good, key=lambda ingestion: ingestion["CreatedTime"], default=None)
    return int(newest["RowInfo"]["TotalRowsInDataset"]) if newest else None


def _refreshed(place: Place, data_set: DataSet) -> int | None:
    (outcome,) = refreshed(place, [data_set])
    require(outcome.good, f"a refresh must be COMPLETED; got {outcome}")
    return outcome.rows


def _count(lake: Lake, data_set: DataSet) -> int:
    source = f"({data_set.sql})" if data_set.sql else _table(data_set.tables[0])
    return int(lake.scalar(f"SELECT count(*) FROM {source}"))  # noqa: S608


def _table(name: str) -> str:
    return f"lake_{load(name).zone}.{name}"


def _require_rules(data_set: DataSet, described: Any) -> None:
    found = [rules for rules in _row_rules(described) if rules.get("Status", "ENABLED") == "ENABLED"]
    expected = f"dataset/{data_set.id}-access"
    require(
        [rules["Arn"].rpartition(":")[2] for rules in found] == [expected],
        f"{data_set.id} must have rules for rows from {expected}; got {found}",
    )


def _row_rules(described: Any) -> list[Any]:
    """Return the references to data sets of rules, wherever this generation of data sets keeps them."""
    tables = described.get("SemanticModelConfiguration", {}).get("TableMap", {}).values()
    places = [described, *(table.get("RowLevelPermissionConfiguration", {}) for table in tables)]
    return [place["RowLevelPermissionDataSet"] for place in places if place.get("RowLevelPermissionDataSet")]
