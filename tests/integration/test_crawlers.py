"""Crawlers: what they find, and what they do to the catalog when the files change."""

from __future__ import annotations

import gzip
import json
import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from tests.integration.conftest import Laptop
from tests.integration.glue_support import ROLE, events_of, new_bucket, wait_for

Json = dict[str, Any]
ORDERS = b"order_id,customer,amount\n1,Ann,9.50\n2,Bob,3\n"
LOG = b'10.0.0.1 - ann [10/Oct/2000:13:55:36 -0700] "GET /a.html HTTP/1.0" 200 2326 "http://x/" "Mozilla/4.08"\n'


@dataclass
class Lake:
    laptop: Laptop
    bucket: str
    database: str

    def put(self, key: str, content: bytes) -> None:
        self.laptop.client("s3").put_object(Bucket=self.bucket, Key=key, Body=content)

    def crawler(self, path: str = "", target: Json | None = None, **settings: Any) -> str:
        name = f"crawler-{uuid.uuid4().hex[:8]}"
        targets = {"S3Targets": [{"Path": f"s3://{self.bucket}/{path}"} | (target or {})]}
        definition = {"Name": name, "Role": ROLE, "DatabaseName": self.database, "Targets": targets} | settings
        self.laptop.client("glue").create_crawler(**definition)
        return name

    def crawl(self, name: str) -> Json:
        self.laptop.client("glue").start_crawler(Name=name)
        return self.finished(name)

    def finished(self, name: str) -> Json:
        def ready() -> Json | None:
            crawler: Json = self.laptop.client("glue").get_crawler(Name=name)["Crawler"]
            return crawler if crawler["State"] == "READY" and "LastCrawl" in crawler else None

        crawler: Json = wait_for(ready)
        return crawler["LastCrawl"]  # type: ignore[no-any-return]

    def tables(self) -> dict[str, Json]:
        listed = self.laptop.client("glue").get_tables(DatabaseName=self.database)["TableList"]
        return {table["Name"]: table for table in listed}

    def columns(self, table: str) -> dict[str, str]:
        return {column["Name"]: column["Type"] for column in self.tables()[table]["StorageDescriptor"]["Columns"]}

    def partitions(self, table: str) -> list[list[str]]:
        found = self.laptop.client("glue").get_partitions(DatabaseName=self.database, TableName=table)["Partitions"]
        return sorted(partition["Values"] for partition in found)


@pytest.fixture
def lake(laptop: Laptop) -> Lake:
    made = Lake(laptop, new_bucket(laptop, "lake-raw"), f"raw_{uuid.uuid4().hex[:8]}")
    laptop.client("glue").create_database(DatabaseInput={"Name": made.database})
    return made


BY_FOLDER = json.dumps(
    {
        "Version": 1.0,
        "CrawlerOutput": {
            "Partitions": {"AddOrUpdateBehavior": "InheritFromTable"},
            "Tables": {"AddOrUpdateBehavior": "MergeNewColumns"},
        },
        "Grouping": {"TableGroupingPolicy": "CombineCompatibleSchemas", "TableLevelConfiguration": 2},
    }
)


def test_crawl_registers_tables_and_partitions(lake: Lake) -> None:
    lake.put("orders/ingest_date=2020-01-01/a.csv", ORDERS)
    lake.put("orders/ingest_date=2020-01-02/b.csv.gz", gzip.compress(ORDERS))
    lake.put("ratings/x.json", b'{"user": 1, "rating": 4.5}\n')
    lake.put("_tmp/x.csv", ORDERS)
    target = {"Exclusions": ["_*/**"]}
    assert lake.crawl(lake.crawler(target=target, Configuration=BY_FOLDER))["Status"] == "SUCCEEDED"
    assert sorted(lake.tables()) == ["orders", "ratings"]
    assert lake.columns("orders") == {"order_id": "bigint", "customer": "string", "amount": "double"}
    assert lake.partitions("orders") == [["2020-01-01"], ["2020-01-02"]]
    assert lake.columns("ratings") == {"user": "int", "rating": "double"}


def test_access_logs_are_read_by_a_grok_classifier(lake: Lake) -> None:
    glue = lake.laptop.client("glue")
    name = f"access-{uuid.uuid4().hex[:6]}"
    glue.create_classifier(
        GrokClassifier={"Name": name, "Classification": "apache", "GrokPattern": "%{COMBINEDAPACHELOG}"}
    )
    lake.put("logs/day=1/access.log", LOG * 3)
    lake.crawl(lake.crawler("logs/", Classifiers=[name], TablePrefix="web_"))
    table = lake.tables()["web_logs"]
    assert table["Parameters"]["classification"] == "apache"
    assert table["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"] == "com.amazonaws.glue.serde.GrokSerDe"
    assert list(lake.columns("web_logs"))[:3] == ["clientip", "ident", "auth"]


def test_new_columns_are_added_and_old_ones_stay_when_they_are_merged(lake: Lake) -> None:
    lake.put("orders/a.csv", ORDERS)
    name = lake.crawler(Configuration=BY_FOLDER)
    lake.crawl(name)
    lake.put("orders/a.csv", b"order_id,amount,note\n1,x,hello\n")
    lake.crawl(name)
    assert lake.columns("orders") == {
        "order_id": "bigint",
        "customer": "string",
        "amount": "double",
        "note": "string",
    }


def test_changed_schema_is_only_logged_when_the_policy_says_so(lake: Lake) -> None:
    lake.put("orders/a.csv", ORDERS)
    policy = {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}
    name = lake.crawler("orders/", SchemaChangePolicy=policy)
    lake.crawl(name)
    lake.put("orders/a.csv", b"other,names\n1,2\n3,4\n")
    lake.crawl(name)
    assert list(lake.columns("orders")) == ["order_id", "customer", "amount"]


@pytest.mark.parametrize(
    ("behavior", "left"), [("DELETE_FROM_DATABASE", []), ("LOG", ["orders"]), ("DEPRECATE_IN_DATABASE", ["orders"])]
)
def test_table_without_files_is_treated_by_the_delete_policy(lake: Lake, behavior: str, left: list[str]) -> None:
    lake.put("orders/a.csv", ORDERS)
    policy = {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": behavior}
    name = lake.crawler(SchemaChangePolicy=policy, Configuration=BY_FOLDER)
    lake.crawl(name)
    lake.laptop.client("s3").delete_object(Bucket=lake.bucket, Key="orders/a.csv")
    lake.crawl(name)
    tables = lake.tables()
    assert sorted(tables) == left
    deprecated = [name for name, table in tables.items() if "DEPRECATED_BY_CRAWLER" in table["Parameters"]]
    assert deprecated == (left if behavior == "DEPRECATE_IN_DATABASE" else [])


def test_only_new_folders_are_crawled_when_the_recrawl_policy_says_so(lake: Lake) -> None:
    lake.put("orders/day=1/a.csv", ORDERS)
    policy = {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"}
    log = {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}
    name = lake.crawler(RecrawlPolicy=policy, SchemaChangePolicy=log, Configuration=BY_FOLDER)
    lake.crawl(name)
    # A broken file in a known folder would fail the crawl if it were read.
    lake.put("orders/day=1/broken.orc", b"ORC")
    lake.put("orders/day=2/b.csv", ORDERS)
    assert lake.crawl(name)["Status"] == "SUCCEEDED"
    assert lake.partitions("orders") == [["1"], ["2"]]


def test_event_mode_crawls_the_folders_with_news_and_empties_the_queue(lake: Lake) -> None:
    sqs, s3 = lake.laptop.client("sqs"), lake.laptop.client("s3")
    url = sqs.create_queue(QueueName=f"news-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    notify = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]}
    s3.put_bucket_notification_configuration(Bucket=lake.bucket, NotificationConfiguration=notify)
    lake.put("orders/day=1/a.csv", ORDERS)
    policy = {"RecrawlBehavior": "CRAWL_EVENT_MODE"}
    name = lake.crawler(target={"EventQueueArn": arn}, RecrawlPolicy=policy, Configuration=BY_FOLDER)
    assert lake.crawl(name)["Status"] == "SUCCEEDED"
    lake.put("orders/day=2/b.csv", ORDERS)
    assert lake.crawl(name)["Status"] == "SUCCEEDED"
    assert lake.partitions("orders") == [["1"], ["2"]]
    depth = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert (depth["ApproximateNumberOfMessages"], depth["ApproximateNumberOfMessagesNotVisible"]) == ("0", "0")


def test_second_start_is_refused_while_the_crawler_runs(lake: Lake) -> None:
    for number in range(40):
        lake.put(f"orders/day={number}/a.csv", ORDERS * 20000)
    glue = lake.laptop.client("glue")
    name = lake.crawler(Configuration=BY_FOLDER)
    glue.start_crawler(Name=name)
    with pytest.raises(glue.exceptions.CrawlerRunningException):
        glue.start_crawler(Name=name)
    glue.stop_crawler(Name=name)
    assert lake.finished(name)["Status"] == "CANCELLED"
    assert lake.tables() == {}
    with pytest.raises(glue.exceptions.CrawlerNotRunningException):
        glue.stop_crawler(Name=name)


def test_failing_crawl_says_why_and_tells_the_event_bus(lake: Lake) -> None:
    lake.put("orders/a.orc", b"ORC")
    name = lake.crawler()
    take = events_of(lake.laptop, json.dumps({"source": ["aws.glue"], "detail": {"crawlerName": [name]}}))
    last = lake.crawl(name)
    assert last["Status"] == "FAILED"
    assert "ORC" in last["ErrorMessage"]
    found: list[Json] = []

    def both() -> bool:
        found.extend(json.loads(body)["detail"] for body in take())
        return len(found) >= 2

    wait_for(both)
    assert [detail["state"] for detail in found] == ["Started", "Failed"]


def test_metrics_count_what_the_last_crawl_did(lake: Lake) -> None:
    lake.put("orders/a.csv", ORDERS)
    name = lake.crawler(Configuration=BY_FOLDER)
    lake.crawl(name)
    (metrics,) = lake.laptop.client("glue").get_crawler_metrics(CrawlerNameList=[name])["CrawlerMetricsList"]
    assert (metrics["TablesCreated"], metrics["TablesUpdated"], metrics["LastRuntimeSeconds"] > 0) == (1, 0, True)
    lake.crawl(name)
    (metrics,) = lake.laptop.client("glue").get_crawler_metrics(CrawlerNameList=[name])["CrawlerMetricsList"]
    assert (metrics["TablesCreated"], metrics["TablesUpdated"]) == (0, 0)
