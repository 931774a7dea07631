"""The preview of what QuickSight on the laptop holds: from its API to a page in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from laptop.launcher import LaptopError
from laptop.preview import command, people
from laptop.preview.refresh import refresh
from tests.browser_support import chromium_browser
from tests.integration.conftest import Laptop, running_laptop

ACCOUNT = {"AwsAccountId": "000000000000"}
ARN = "arn:aws:quicksight:us-east-1:000000000000"
READ = ["quicksight:DescribeDashboard", "quicksight:ListDashboardVersions", "quicksight:QueryDashboard"]
COLUMNS = {"shop": "STRING", "amount": "DECIMAL", "day": "DATETIME", "customer": "STRING"}
SALES = (
    "SELECT shop, amount, CAST(day AS timestamp) AS day, customer FROM (VALUES"
    " ('Oslo', 100.5e0, DATE '2026-01-31', 'ann'), ('Oslo', 20e0, DATE '2026-02-01', 'ben'),"
    " ('Rome', 300e0, DATE '2026-02-28', 'cleo')) AS t (shop, amount, day, customer)"
)
RULES = (
    "SELECT * FROM (VALUES ('lake-managers', CAST(NULL AS varchar)), ('lake-retention', 'Oslo'))"
    ' AS t ("GroupName", shop)'
)


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    """An emulator of its own: the preview shows everything that there is."""
    yield from running_laptop(tmp_path_factory.mktemp("lake"))


@pytest.fixture(scope="module")
def quicksight(laptop: Laptop) -> Any:
    laptop.client("s3").create_bucket(Bucket="preview-results")
    place = {"ResultConfiguration": {"OutputLocation": "s3://preview-results/"}}
    laptop.client("athena").create_work_group(Name="preview", Configuration=place)
    api = laptop.client("quicksight")
    for source in ("athena", "of-rules"):
        at = {"DataSourceParameters": {"AthenaParameters": {"WorkGroup": "preview"}}}
        api.create_data_source(**ACCOUNT, DataSourceId=source, Name=source, Type="ATHENA", **at)
    for group in set(people.PEOPLE.values()):
        api.create_group(**ACCOUNT, Namespace="default", GroupName=group)
    keys = {"GroupName": "STRING", "shop": "STRING"}
    data_set(api, "rules", RULES, keys, "of-rules", ImportMode="DIRECT_QUERY", UseAs="RLS_RULES")
    access = {"Arn": f"{ARN}:dataset/rules", "PermissionPolicy": "GRANT_ACCESS", "Namespace": "default"}
    withheld = [{"ColumnNames": ["customer"], "Principals": [f"{ARN}:group/default/lake-authors"]}]
    data_set(
        api, "sales", SALES, COLUMNS, ImportMode="SPICE",
        RowLevelPermissionDataSet=access, ColumnLevelPermissionRules=withheld,
    )  # fmt: skip
    readers = [f"{ARN}:group/default/{group}" for group in ("lake-managers", "lake-retention")]
    api.create_dashboard(
        **ACCOUNT,
        DashboardId="sales",
        Name="Sales",
        Definition=definition(),
        Permissions=[{"Principal": reader, "Actions": READ} for reader in readers],
    )
    return api


def data_set(api: Any, name: str, sql: str, columns: dict[str, str], source: str = "athena", **more: Any) -> None:
    listed = [{"Name": column, "Type": kind} for column, kind in columns.items()]
    query = {"DataSourceArn": f"{ARN}:datasource/{source}", "Name": name, "SqlQuery": sql, "Columns": listed}
    tables = {"PhysicalTableMap": {"t": {"CustomSql": query}}}
    api.create_data_set(**ACCOUNT, DataSetId=name, Name=name.title(), **tables, **more)


def definition() -> dict[str, Any]:
    def column(name: str) -> dict[str, str]:
        return {"DataSetIdentifier": "the sales", "ColumnName": name}

    total = {"SimpleNumericalAggregation": "SUM"}
    value = {"NumericalMeasureField": {"FieldId": "v", "Column": column("amount"), "AggregationFunction": total}}
    category = {"CategoricalDimensionField": {"FieldId": "c", "Column": column("shop")}}
    bars = {"BarChartAggregatedFieldWells": {"Category": [category], "Values": [value]}}
    since = {
        "DateTimeParameterDeclaration": {"Name": "From", "DefaultValues": {"StaticValues": ["2026-01-01T00:00:00Z"]}}
    }
    return {
        "DataSetIdentifierDeclarations": [{"Identifier": "the sales", "DataSetArn": f"{ARN}:dataset/sales"}],
        "ParameterDeclarations": [since],
        "CalculatedFields": [
            {"DataSetIdentifier": "the sales", "Name": "each", "Expression": "sum({amount}) / count({shop})"}
        ],
        "Sheets": [
            {
                "SheetId": "one",
                "Name": "One",
                "Visuals": [{"BarChartVisual": {"VisualId": "by-shop", "ChartConfiguration": {"FieldWells": bars}}}],
            }
        ],
    }


def members(quicksight: Any, group: str) -> list[str]:
    listed = quicksight.list_group_memberships(**ACCOUNT, Namespace="default", GroupName=group)["GroupMemberList"]
    return [member["MemberName"] for member in listed]


def test_people_are_registered_into_their_groups_once(laptop: Laptop, quicksight: Any) -> None:
    people.register(quicksight)
    people.register(quicksight)
    assert members(quicksight, "lake-retention") == ["ron"]


def test_whoever_is_in_no_group_is_put_into_theirs_and_who_has_another_keeps_it(
    laptop: Laptop, quicksight: Any
) -> None:
    people.register(quicksight)
    ron = {**ACCOUNT, "Namespace": "default", "MemberName": "ron"}
    quicksight.delete_group_membership(**ron, GroupName="lake-retention")
    people.register(quicksight)
    assert members(quicksight, "lake-retention") == ["ron"]

    quicksight.create_group_membership(**ron, GroupName="lake-operators")
    quicksight.delete_group_membership(**ron, GroupName="lake-retention")
    people.register(quicksight)
    assert members(quicksight, "lake-retention") == []
    quicksight.create_group_membership(**ron, GroupName="lake-retention")
    quicksight.delete_group_membership(**ron, GroupName="lake-operators")


def test_the_page_shows_each_person_what_the_emulator_lets_them_see(
    laptop: Laptop, quicksight: Any, tmp_path: Path
) -> None:
    people.register(quicksight)
    assert refresh(quicksight, ["sales"]) == {"sales": "COMPLETED"}
    snapshot = command.look(laptop.home, laptop.run)
    rows = {person.name: {name: seen.count for name, seen in person.rows.items()} for person in snapshot.people}
    assert rows == {"ada": {"sales": 3}, "ron": {"sales": 2}, "olga": {}, "max": {}}
    assert snapshot.data_sets["sales"].rows == 3
    assert snapshot.data_sets["sales"].status == "COMPLETED"
    file = command.write(laptop.home, snapshot)
    assert file.parent == laptop.home.path / "dashboards"
    with chromium_browser() as browser:
        page = browser.new_page()
        page.goto(f"{file.as_uri()}#user=ron")
        expect(page.locator('[data-visual="by-shop"]')).to_have_attribute("data-state", "drawn")
        assert page.evaluate("Lake.sheet.chartOf('by-shop').getOption().series[0].data") == [120.5]
        expect(page.locator(".who")).to_contain_text("2 of 3 rows of Sales")
        expect(page.locator(".who")).to_contain_text("customer of Sales withheld")


def break_source(quicksight: Any, source: str) -> None:
    nowhere = {"AthenaParameters": {"WorkGroup": "nowhere"}}
    quicksight.update_data_source(**ACCOUNT, DataSourceId=source, Name=source, DataSourceParameters=nowhere)


def test_a_refresh_that_fails_leaves_the_last_rows_and_is_told(laptop: Laptop, quicksight: Any) -> None:
    people.register(quicksight)
    assert refresh(quicksight, ["sales"]) == {"sales": "COMPLETED"}
    break_source(quicksight, "athena")
    assert refresh(quicksight, ["sales"]) == {"sales": "FAILED"}
    fact = command.look(laptop.home, laptop.run).data_sets["sales"]
    assert fact.status == "FAILED"
    assert "nowhere" in (fact.error or "")
    assert fact.rows == 3
    assert fact.last_good is not None
    assert fact.last_good < (fact.created or "")


def test_rows_that_cannot_be_read_do_not_keep_the_page_from_being_written(laptop: Laptop, quicksight: Any) -> None:
    people.register(quicksight)
    break_source(quicksight, "of-rules")
    snapshot = command.look(laptop.home, laptop.run)
    (ada,) = (person for person in snapshot.people if person.name == "ada")
    assert "nowhere" in (ada.rows["sales"].error or "")
    assert command.write(laptop.home, snapshot).exists()


def test_fails_when_no_dashboard_is_deployed(laptop: Laptop, quicksight: Any) -> None:
    quicksight.delete_dashboard(**ACCOUNT, DashboardId="sales")
    with pytest.raises(LaptopError, match="no dashboard is deployed"):
        command.run(laptop.home, laptop.run)
