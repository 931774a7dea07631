"""Writing what a crawl found to the Glue catalog, under the crawler's schema change policy.

| setting | behaviour | source (Glue developer guide, "Setting crawler configuration options") |
|---|---|---|
| UpdateBehavior UPDATE_IN_DATABASE | replaces the columns of a table that changed | Schema updates |
| UpdateBehavior LOG | leaves existing tables; still adds new tables and partitions | same |
| Tables.AddOrUpdateBehavior MergeNewColumns | adds columns, never changes or drops one | Configuration JSON |
| Partitions.AddOrUpdateBehavior InheritFromTable | partitions have the columns of their table | Configuration JSON |
| DeleteBehavior | DELETE_FROM_DATABASE, DEPRECATE_IN_DATABASE or LOG, for what is gone | Object deletion |
| a table of the same name at another place | the new one gets a hash as suffix | "Crawler: table name" |
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from laptop.emulator.classifiers import PARQUET
from laptop.emulator.clients import client
from laptop.emulator.crawl_tables import Table

Json = dict[str, Any]

_TEXT_INPUT = "org.apache.hadoop.mapred.TextInputFormat"
_TEXT_OUTPUT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
_PARQUET_FORMAT = "org.apache.hadoop.hive.ql.io.parquet.MapredParquet"
_BATCH = 100
_DEPRECATED = "DEPRECATED_BY_CRAWLER"


@dataclass
class Changes:
    """Counts of what a crawl changed, by the names of the event "Glue Crawler State Change"."""

    tables_created: int = 0
    tables_updated: int = 0
    tables_deleted: int = 0
    partitions_created: int = 0
    partitions_updated: int = 0
    partitions_deleted: int = 0
    notes: list[str] = field(default_factory=list)


class Catalog:
    """Writes tables of one crawler."""

    def __init__(self, crawler: Json, configuration: Json) -> None:
        self._crawler = crawler["Name"]
        self._database = crawler["DatabaseName"]
        policy = crawler.get("SchemaChangePolicy") or {}
        recrawl = (crawler.get("RecrawlPolicy") or {}).get("RecrawlBehavior")
        # "The crawler only adds": the documentation fixes both behaviours to LOG for this recrawl policy.
        only_new = recrawl == "CRAWL_NEW_FOLDERS_ONLY"
        self._update = "LOG" if only_new else policy.get("UpdateBehavior", "UPDATE_IN_DATABASE")
        self._delete = "LOG" if only_new else policy.get("DeleteBehavior", "DEPRECATE_IN_DATABASE")
        output = configuration.get("CrawlerOutput") or {}
        self._merge = (output.get("Tables") or {}).get("AddOrUpdateBehavior") == "MergeNewColumns"
        self.changes = Changes()

    def existing(self) -> dict[str, Json]:
        """Return the tables of the database that this crawler made, by name."""
        return {name: table for name, table in self._all().items() if self._is_mine(table)}

    def _all(self) -> dict[str, Json]:
        pages = client("glue").get_paginator("get_tables").paginate(DatabaseName=self._database)
        return {table["Name"]: table for page in pages for table in page["TableList"]}

    def _is_mine(self, table: Json) -> bool:
        return bool((table.get("Parameters") or {}).get("UPDATED_BY_CRAWLER") == self._crawler)

    def write(self, found: Sequence[Table], *, complete: bool) -> Changes:
        """Create and update tables and partitions.

        Parameters
        ----------
        found
            What the crawl found.
        complete
            The crawl saw the whole target, so what it did not see is gone.
        """
        before = self._all()
        written = [self._write_table(table, before) for table in found]
        if complete:
            for name in sorted(self.existing().keys() - set(written)):
                self._remove_table(before[name])
        for table, name in zip(found, written, strict=True):
            self._write_partitions(table, name, complete=complete)
        return self.changes

    def _write_table(self, table: Table, before: dict[str, Json]) -> str:
        name, old = table.name, before.get(table.name)
        if old and old["StorageDescriptor"]["Location"].rstrip("/") != table.location.rstrip("/"):
            name = f"{name}_{hashlib.md5(table.location.encode(), usedforsecurity=False).hexdigest()}"
            old = before.get(name)
        definition = self._table_input(table, name, old)
        glue = client("glue")
        if old is None:
            glue.create_table(DatabaseName=self._database, TableInput=definition)
            self.changes.tables_created += 1
        elif _differ(old, definition):
            if self._update == "LOG":
                self.changes.notes.append(f"the schema of {name} has changed; the policy is to log it")
            else:
                glue.update_table(DatabaseName=self._database, TableInput=definition)
                self.changes.tables_updated += 1
        return name

    def _table_input(self, table: Table, name: str, old: Json | None) -> Json:
        columns = [{"Name": column, "Type": kind} for column, kind in table.schema.columns]
        if old and self._merge:
            kept = old["StorageDescriptor"]["Columns"]
            known = {column["Name"] for column in kept}
            columns = kept + [column for column in columns if column["Name"] not in known]
        keys = [{"Name": key, "Type": "string"} for key in table.partition_keys]
        parameters = {
            **table.schema.parameters,
            "classification": table.schema.classification,
            "CrawlerSchemaDeserializerVersion": "1.0",
            "CrawlerSchemaSerializerVersion": "1.0",
            "UPDATED_BY_CRAWLER": self._crawler,
        }
        # Figures that change with every file would make every crawl an update.
        return {
            "Name": name,
            "Owner": "owner",
            "TableType": "EXTERNAL_TABLE",
            "PartitionKeys": keys if not old or keys else old.get("PartitionKeys", []),
            "Parameters": parameters,
            "StorageDescriptor": _descriptor(table, table.location, columns),
        }

    def _remove_table(self, table: Json) -> None:
        name = table["Name"]
        if self._delete == "LOG":
            self.changes.notes.append(f"{name} has no files any more; the policy is to log it")
        elif self._delete == "DELETE_FROM_DATABASE":
            client("glue").delete_table(DatabaseName=self._database, Name=name)
            self.changes.tables_deleted += 1
        elif _DEPRECATED not in table["Parameters"]:
            kept = ("Name", "Owner", "TableType", "PartitionKeys", "StorageDescriptor", "Description")
            definition = {key: table[key] for key in kept if key in table}
            definition["Parameters"] = {**table["Parameters"], _DEPRECATED: str(int(time.time() * 1000))}
            client("glue").update_table(DatabaseName=self._database, TableInput=definition)
            self.changes.tables_updated += 1

    def _write_partitions(self, table: Table, name: str, *, complete: bool) -> None:
        if not table.partition_keys:
            return
        glue = client("glue")
        columns = glue.get_table(DatabaseName=self._database, Name=name)["Table"]["StorageDescriptor"]["Columns"]
        registered = {tuple(item["Values"]): item for item in self.partitions(name)}
        wanted = {values: folder for folder, values in table.partitions.items()}
        new = [
            {"Values": list(values), "StorageDescriptor": _descriptor(table, f"{table.location}{folder}/", columns)}
            for values, folder in sorted(wanted.items())
            if values not in registered
        ]
        for start in range(0, len(new), _BATCH):
            batch = new[start : start + _BATCH]
            answer = glue.batch_create_partition(DatabaseName=self._database, TableName=name, PartitionInputList=batch)
            if answer.get("Errors"):
                raise RuntimeError(f"partitions of {name} must be new; got {answer['Errors'][:3]}")
        self.changes.partitions_created += len(new)
        if complete:
            self._remove_partitions(name, sorted(registered.keys() - wanted.keys()))

    def partitions(self, name: str) -> Iterator[Json]:
        pages = client("glue").get_paginator("get_partitions").paginate(DatabaseName=self._database, TableName=name)
        for page in pages:
            yield from page["Partitions"]

    def _remove_partitions(self, name: str, gone: Sequence[tuple[str, ...]]) -> None:
        if self._delete == "DELETE_FROM_DATABASE":
            for values in gone:
                client("glue").delete_partition(
                    DatabaseName=self._database, TableName=name, PartitionValues=list(values)
                )
            self.changes.partitions_deleted += len(gone)
        elif gone:
            self.changes.notes.append(f"{len(gone)} partitions of {name} have no files any more")


def _descriptor(table: Table, location: str, columns: Sequence[Json]) -> Json:
    serde = table.schema.serde
    is_parquet = serde == PARQUET
    return {
        "Columns": list(columns),
        "Location": location,
        "InputFormat": f"{_PARQUET_FORMAT}InputFormat" if is_parquet else _TEXT_INPUT,
        "OutputFormat": f"{_PARQUET_FORMAT}OutputFormat" if is_parquet else _TEXT_OUTPUT,
        "Compressed": table.schema.parameters.get("compressionType", "none") != "none",
        "NumberOfBuckets": -1,
        "SerdeInfo": {
            "Name": table.name,
            "SerializationLibrary": serde,
            "Parameters": table.schema.serde_parameters,
        },
        "Parameters": dict(table.schema.parameters),
        "StoredAsSubDirectories": False,
    }


def _differ(old: Json, new: Json) -> bool:
    def essence(table: Json) -> tuple[Any, ...]:
        storage = table["StorageDescriptor"]
        columns = [(column["Name"], column["Type"]) for column in storage["Columns"]]
        keys = [key["Name"] for key in table.get("PartitionKeys", [])]
        deprecated = _DEPRECATED in table.get("Parameters", {})
        return columns, keys, storage["Location"], storage["SerdeInfo"]["SerializationLibrary"], deprecated

    return essence(old) != essence(new)
