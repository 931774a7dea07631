"""One crawl: list the targets, look at the files, group them into tables, write the catalog."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from laptop.emulator import classifiers
from laptop.emulator.clients import account, cache_dir, client, s3_data_dir
from laptop.emulator.crawl_catalog import Catalog, Changes
from laptop.emulator.crawl_tables import File, Grouping, is_excluded, tables
from laptop.emulator.glue_run import split_uri
from laptop.emulator.registry import NotImplementedOnLaptop

Json = dict[str, Any]


class StoppedError(Exception):
    """Somebody stopped the crawl."""


@dataclass(frozen=True)
class News:
    """Folders with events in the crawler's queue, and the messages that told of them."""

    folders: frozenset[str]
    receipts: tuple[tuple[str, str], ...]


def crawl(crawler: Json, *, crawled_before: bool, is_stopped: Callable[[], bool]) -> Changes:
    """Run a crawler.

    Parameters
    ----------
    crawler
        The crawler as the Glue API returns it.
    crawled_before
        An earlier crawl has succeeded. The first one lists everything, whatever the recrawl policy.
    is_stopped
        Asked between files.

    Raises
    ------
    StoppedError
        `is_stopped` said so; the catalog is untouched.
    NotImplementedOnLaptop
        The crawler has targets or files that the laptop does not read.
    """
    targets = crawler.get("Targets") or {}
    others = [name for name, value in targets.items() if value and name != "S3Targets"]
    if others:
        raise NotImplementedOnLaptop(f"crawling of {', '.join(others)}")
    policy = (crawler.get("RecrawlPolicy") or {}).get("RecrawlBehavior", "CRAWL_EVERYTHING")
    configuration = json.loads(crawler.get("Configuration") or "{}")
    catalog = Catalog(crawler, configuration)
    known = _known_folders(catalog) if crawled_before and policy == "CRAWL_NEW_FOLDERS_ONLY" else frozenset()
    custom = [client("glue").get_classifier(Name=name)["Classifier"] for name in crawler.get("Classifiers") or []]
    found, complete, receipts = [], True, list[tuple[str, str]]()
    for target in targets.get("S3Targets") or []:
        bucket, prefix = split_uri(target["Path"])
        news = None
        if policy == "CRAWL_EVENT_MODE":
            news = _read_events(target["EventQueueArn"], bucket)
            receipts += news.receipts
        wanted = _folder_filter(news if crawled_before else None, known)
        complete = complete and wanted is None
        look = Look(target.get("Exclusions") or [], custom, wanted)
        files = list(_files(bucket, prefix, look, is_stopped))
        found += tables(files, prefix.rstrip("/"), _grouping(configuration, crawler))
    changes = catalog.write(found, complete=complete)
    for url, receipt in receipts:
        client("sqs").delete_message(QueueUrl=url, ReceiptHandle=receipt)
    return changes


def _grouping(configuration: Json, crawler: Json) -> Grouping:
    settings = configuration.get("Grouping") or {}
    return Grouping(
        level=settings.get("TableLevelConfiguration"),
        combine=settings.get("TableGroupingPolicy") == "CombineCompatibleSchemas",
        prefix=crawler.get("TablePrefix") or "",
    )


def _known_folders(catalog: Catalog) -> frozenset[str]:
    folders: set[str] = set()
    for name, table in catalog.existing().items():
        partitions = [item["StorageDescriptor"]["Location"] for item in catalog.partitions(name)]
        folders.update(partitions or [table["StorageDescriptor"]["Location"]])
    return frozenset(folder.rstrip("/") for folder in folders)


def _folder_filter(news: News | None, known: frozenset[str]) -> Callable[[str], bool] | None:
    """Return which folders (`s3://bucket/folder`) to look at; None for all."""
    if news is not None:
        return lambda folder: folder in news.folders
    if known:
        return lambda folder: folder not in known
    return None


def _read_events(queue_arn: str, bucket: str) -> News:
    sqs = client("sqs")
    url = sqs.get_queue_url(QueueName=queue_arn.rpartition(":")[2])["QueueUrl"]
    folders: set[str] = set()
    receipts: list[tuple[str, str]] = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            receipts.append((url, message["ReceiptHandle"]))
            folders.update(folder for owner, folder in event_folders(message["Body"]) if owner == bucket)
    return News(frozenset(folders), tuple(receipts))


def event_folders(body: str) -> list[tuple[str, str]]:
    """Return bucket and folder of each object in an S3 notification, which may have come through SNS."""
    document = json.loads(body)
    if document.get("Type") == "Notification":
        document = json.loads(document["Message"])
    folders = []
    for record in document.get("Records", []):
        bucket, key = record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])
        folders.append((bucket, f"s3://{bucket}/{key.rpartition('/')[0]}".rstrip("/")))
    return folders


@dataclass(frozen=True)
class Look:
    """Which files of a target a crawl looks at, and with which classifiers."""

    exclusions: Sequence[str]
    custom: Sequence[Json]
    wanted: Callable[[str], bool] | None


def _files(bucket: str, prefix: str, look: Look, is_stopped: Callable[[], bool]) -> Iterator[File]:
    include = prefix.rpartition("/")[0]
    for page in client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents", []):
            if is_stopped():
                raise StoppedError
            key, size = item["Key"], item["Size"]
            folder = f"s3://{bucket}/{key.rpartition('/')[0]}".rstrip("/")
            if size == 0 or is_excluded(key, include, look.exclusions) or (look.wanted and not look.wanted(folder)):
                continue
            yield File(bucket, key, size, _schema(bucket, key, size, look.custom))


def _schema(bucket: str, key: str, size: int, custom: Sequence[Json]) -> classifiers.Schema | None:
    stored = s3_data_dir() / account() / bucket / key
    if stored.is_file() and stored.stat().st_size == size:
        return classifiers.classify(stored, custom)
    with tempfile.TemporaryDirectory(dir=cache_dir()) as folder:
        copy = Path(folder, "object")
        client("s3").download_file(bucket, key, str(copy))
        return classifiers.classify(copy, custom)
