"""The catalog says what the contracts say, and crawlers find the rest without the means to do harm."""

import json
from typing import Any

import pytest

from contracts.loader import load_contracts
from tests.synthesis import Assembly

CONTRACTS = {contract.name: contract for contract in load_contracts()}


def table(assembly: Assembly, name: str) -> dict[str, Any]:
    found = [
        each.properties
        for each in assembly.resources("Catalog", "AWS::Glue::Table")
        if each.properties["TableInput"]["Name"] == name
    ]
    assert len(found) == 1
    return dict(found[0])


def crawler(assembly: Assembly, prefix: str) -> dict[str, Any]:
    return dict(assembly.only("Catalog", "AWS::Glue::Crawler", prefix).properties)


def role_statements(assembly: Assembly, prefix: str) -> list[dict[str, Any]]:
    role = assembly.only("Catalog", "AWS::IAM::Role", prefix).properties
    return [statement for policy in role["Policies"] for statement in policy["PolicyDocument"]["Statement"]]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_each_zone_has_a_database_with_its_bucket(laptop_assembly: Assembly) -> None:
    databases = {
        each.properties["DatabaseInput"]["Name"]: str(each.properties["DatabaseInput"]["LocationUri"])
        for each in laptop_assembly.resources("Catalog", "AWS::Glue::Database")
    }

    assert set(databases) == {"lake_raw", "lake_curated", "lake_analytics"}
    assert all(name.removeprefix("lake_").capitalize() in location for name, location in databases.items())


def test_each_contract_and_nothing_else_is_a_table_in_the_database_of_its_zone(laptop_assembly: Assembly) -> None:
    databases = {
        each.logical_id: each.properties["DatabaseInput"]["Name"]
        for each in laptop_assembly.resources("Catalog", "AWS::Glue::Database")
    }
    tables = {
        each.properties["TableInput"]["Name"]: databases[each.properties["DatabaseName"]["Ref"]]
        for each in laptop_assembly.resources("Catalog", "AWS::Glue::Table")
    }

    assert tables == {name: f"lake_{contract.zone}" for name, contract in CONTRACTS.items()}


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_table_has_the_columns_types_comments_and_partition_keys_of_its_contract(
    laptop_assembly: Assembly, name: str
) -> None:
    contract = CONTRACTS[name]
    given = table(laptop_assembly, name)["TableInput"]

    def written(columns: Any) -> list[tuple[str, str, str]]:
        return [(column["Name"], column["Type"], column["Comment"]) for column in columns]

    def agreed(columns: Any) -> list[tuple[str, str, str]]:
        return [(column.name, column.type, column.description) for column in columns]

    assert written(given["StorageDescriptor"]["Columns"]) == agreed(contract.data_columns)
    assert written(given["PartitionKeys"]) == agreed(contract.partition_columns)
    assert given["Parameters"]["contract.version"] == contract.version
    assert contract.projection.items() <= given["Parameters"].items()


def test_tables_are_external_zstd_parquet(laptop_assembly: Assembly) -> None:
    given = table(laptop_assembly, "orders")["TableInput"]

    assert given["TableType"] == "EXTERNAL_TABLE"
    assert given["Parameters"]["classification"] == "parquet"
    assert given["Parameters"]["parquet.compression"] == "ZSTD"
    assert given["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"].endswith("ParquetHiveSerDe")


def test_quarantine_is_listed_with_the_curated_tables_but_kept_with_the_failures(laptop_assembly: Assembly) -> None:
    location = table(laptop_assembly, "quarantine")["TableInput"]["StorageDescriptor"]["Location"]["Fn::Join"][1]

    assert "Failures" in str(location[1])
    assert location[-1] == "/quarantine/"


def test_metadata_and_connection_passwords_are_encrypted_with_the_data_key(laptop_assembly: Assembly) -> None:
    settings = laptop_assembly.only("Catalog", "AWS::Glue::DataCatalogEncryptionSettings").properties
    given = settings["DataCatalogEncryptionSettings"]

    assert given["EncryptionAtRest"]["CatalogEncryptionMode"] == "SSE-KMS"
    assert given["ConnectionPasswordEncryption"]["ReturnConnectionPasswordEncrypted"] is True
    assert "DataKey" in str(given["EncryptionAtRest"]["SseAwsKmsKeyId"])
    assert "DataKey" in str(given["ConnectionPasswordEncryption"]["KmsKeyId"])


def test_databases_wait_for_the_encryption_that_only_covers_what_comes_after_it(laptop_assembly: Assembly) -> None:
    settings = laptop_assembly.only("Catalog", "AWS::Glue::DataCatalogEncryptionSettings")

    for database in laptop_assembly.resources("Catalog", "AWS::Glue::Database"):
        assert settings.logical_id in database.body["DependsOn"]


def test_data_logs_and_bookmarks_of_jobs_are_encrypted(laptop_assembly: Assembly) -> None:
    given = laptop_assembly.only("Catalog", "AWS::Glue::SecurityConfiguration").properties["EncryptionConfiguration"]

    assert [item["S3EncryptionMode"] for item in given["S3Encryptions"]] == ["SSE-KMS"]
    assert given["CloudWatchEncryption"]["CloudWatchEncryptionMode"] == "SSE-KMS"
    assert given["JobBookmarksEncryption"]["JobBookmarksEncryptionMode"] == "CSE-KMS"


def test_raw_crawler_follows_events_over_a_single_target(laptop_assembly: Assembly) -> None:
    given = crawler(laptop_assembly, "RawCrawler")

    targets = given["Targets"]["S3Targets"]
    assert given["RecrawlPolicy"] == {"RecrawlBehavior": "CRAWL_EVENT_MODE"}
    assert len(targets) == 1
    assert "RawEvents" in str(targets[0]["EventQueueArn"])
    assert "access_logs/**" in targets[0]["Exclusions"]


@pytest.mark.parametrize("prefix", ["RawCrawler", "AccessLogsCrawler"])
def test_crawlers_make_one_table_per_folder_and_never_drop_one(laptop_assembly: Assembly, prefix: str) -> None:
    given = crawler(laptop_assembly, prefix)
    configuration = json.loads(given["Configuration"])

    assert configuration["Grouping"]["TableLevelConfiguration"] == 2
    assert configuration["CrawlerOutput"]["Partitions"]["AddOrUpdateBehavior"] == "InheritFromTable"
    assert given["SchemaChangePolicy"] == {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "LOG"}
    assert given["CrawlerSecurityConfiguration"] == {"Ref": "SecurityConfiguration"}


def test_access_logs_are_crawled_on_schedule_with_the_grok_classifier(laptop_assembly: Assembly) -> None:
    given = crawler(laptop_assembly, "AccessLogsCrawler")
    classifier = laptop_assembly.only("Catalog", "AWS::Glue::Classifier", "ClassifiersAccessLog")

    assert given["Schedule"]["ScheduleExpression"].startswith("cron(")
    assert given["Classifiers"] == [{"Ref": classifier.logical_id}]
    assert str(given["Targets"]["S3Targets"][0]["Path"]).endswith("/access_logs/']]}")
    assert "%{HTTPDATE:timestamp}" in classifier.properties["GrokClassifier"]["GrokPattern"]


def test_raw_files_are_classified_as_json_or_csv_with_a_header(laptop_assembly: Assembly) -> None:
    tried = [classifier["Ref"] for classifier in crawler(laptop_assembly, "RawCrawler")["Classifiers"]]
    classifiers = {each.logical_id: each.properties for each in laptop_assembly.resources("Catalog")}

    assert "JsonClassifier" in classifiers[tried[0]]
    assert classifiers[tried[1]]["CsvClassifier"]["ContainsHeader"] == "PRESENT"


@pytest.mark.parametrize("prefix", ["RawCrawlerRole", "AccessLogsCrawlerRole"])
def test_crawlers_read_raw_data_and_write_only_the_raw_database(laptop_assembly: Assembly, prefix: str) -> None:
    statements = role_statements(laptop_assembly, prefix)
    actions = {action for statement in statements for action in listed(statement["Action"])}
    writes = [
        resource
        for statement in statements
        if "glue:CreateTable" in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    ]

    assert not {action for action in actions if action.startswith("s3:")} - {
        "s3:GetObject",
        "s3:ListBucket",
        "s3:GetBucketLocation",
    }
    assert not {action for action in actions if action.startswith("glue:Delete")}
    assert all("catalog" in str(each) or "RawZone" in str(each) for each in writes)


def test_only_the_event_driven_crawler_may_take_messages(laptop_assembly: Assembly) -> None:
    takes = {
        prefix: any("sqs:ReceiveMessage" in listed(item["Action"]) for item in role_statements(laptop_assembly, prefix))
        for prefix in ("RawCrawlerRole", "AccessLogsCrawlerRole")
    }

    assert takes == {"RawCrawlerRole": True, "AccessLogsCrawlerRole": False}


def test_event_driven_crawler_may_do_with_its_queue_what_glue_documents(laptop_assembly: Assembly) -> None:
    documented = "DeleteMessage GetQueueUrl ListDeadLetterSourceQueues ReceiveMessage GetQueueAttributes ListQueueTags"
    (taken,) = (
        set(listed(item["Action"]))
        for item in role_statements(laptop_assembly, "RawCrawlerRole")
        if "sqs:ReceiveMessage" in listed(item["Action"])
    )
    assert {f"sqs:{name}" for name in (*documented.split(), "SetQueueAttributes", "PurgeQueue")} <= taken


def test_names_of_databases_and_crawlers_are_outputs(laptop_assembly: Assembly) -> None:
    assert set(laptop_assembly.outputs("Catalog")) == {
        "RawDatabase",
        "CuratedDatabase",
        "AnalyticsDatabase",
        "RawCrawlerName",
        "AccessLogsCrawlerName",
    }
