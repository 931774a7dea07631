"""A table is added by adding a contract: the one that the README shows, with nothing else changed."""

import json
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import pytest

from components import assets
from contracts.loader import load_contracts
from tests.readme import contracts_with_example
from tests.synthesis import Assembly, synthesize


@dataclass(frozen=True)
class Extended:
    """The lake with one more contract."""

    table: str
    assembly: Assembly

    def named(self, stack: str, type: str, key: str, name: str) -> Any:  # noqa: A002
        """Give the properties of the one resource of a type whose property `key` is a name."""
        (found,) = (each for each in self.assembly.resources(stack, type) if each.properties[key] == name)
        return found.properties

    @property
    def machine(self) -> Any:
        return self.assembly.only("Processing", "AWS::StepFunctions::StateMachine", "PipelinesOrders").properties


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Extended:
    folder = tmp_path_factory.mktemp("contracts")
    table = contracts_with_example(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.load_contracts", lambda: load_contracts(folder))
        patch.setattr(assets, "CONTRACTS", folder)
        return Extended(table, synthesize("laptop", tmp_path_factory.mktemp("assembly")))


def test_curated_table_is_in_the_catalog_with_the_columns_of_the_contract(lake: Extended) -> None:
    tables = lake.assembly.resources("Catalog", "AWS::Glue::Table")
    (table,) = (each.properties for each in tables if each.properties["TableInput"]["Name"] == lake.table)

    columns = table["TableInput"]["StorageDescriptor"]["Columns"]
    assert [(column["Name"], column["Type"]) for column in columns] == [("order_id", "string"), ("returned_on", "date")]


def test_raw_crawler_looks_into_the_folder_of_the_table(lake: Extended) -> None:
    crawler = lake.assembly.only("Catalog", "AWS::Glue::Crawler", "RawCrawler").properties

    (target,) = crawler["Targets"]["S3Targets"]
    assert target["Path"]["Fn::Join"][1][-1] == "/", "the whole bucket is crawled"
    assert not [pattern for pattern in target["Exclusions"] if PurePosixPath(lake.table, "a.csv").match(pattern)]


def test_quality_rules_follow_from_the_contract(lake: Extended) -> None:
    ruleset = lake.named("Processing", "AWS::Glue::DataQualityRuleset", "Name", lake.table)

    assert ruleset["TargetTable"]["TableName"] == lake.table
    assert "order_id" in ruleset["Ruleset"]


def test_job_and_pipeline_of_its_product_take_the_table(lake: Extended) -> None:
    job = lake.assembly.only("Processing", "AWS::Glue::Job", "JobsCurateOrders").properties

    assert job["DefaultArguments"]["--tables"] == f"orders,{lake.table}"
    assert lake.machine["DefinitionSubstitutions"]["Tables"] == f"orders,{lake.table}"


def test_invariant_of_the_table_is_verified(lake: Extended) -> None:
    name = f"verify_{lake.table}"
    statement = lake.named("Processing", "AWS::Athena::PreparedStatement", "StatementName", name)

    assert f"from {lake.table}\n" in statement["QueryStatement"]


@pytest.mark.parametrize("role", ["JobsCurateOrdersRole", "PipelinesOrdersRole"])
def test_roles_reach_the_table(lake: Extended, role: str) -> None:
    policies = lake.assembly.only("Processing", "AWS::IAM::Role", role).properties["Policies"]

    assert f"/{lake.table}/*" in json.dumps(policies)


def test_jobs_find_the_contract_in_their_archive(lake: Extended) -> None:
    name = f"lake_common/contracts/{lake.table}.json"
    archives = [zipfile.ZipFile(file) for file in lake.assembly.folder.rglob("*.zip")]

    (found,) = (archive for archive in archives if name in archive.namelist())
    assert json.loads(found.read(name))["name"] == lake.table
