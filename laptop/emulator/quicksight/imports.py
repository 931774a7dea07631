"""What an ingestion does: asks Athena for the rows of a data set, and writes them to a file of their own.

An incremental refresh needs the data set's look-back window; where nothing was imported yet, or the columns or their
types have changed, it reads everything.
Source: `LookbackWindow`, `IngestionErrorType` of the API reference; "Refreshing SPICE data".
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass, field
from pathlib import Path

from laptop.emulator.quicksight import preparation, source, spice, steps
from laptop.emulator.quicksight.records import DATA_SETS, types_of
from laptop.emulator.quicksight.source import SourceError
from laptop.emulator.registry import Json
from laptop.emulator.sql import quoted

logger = logging.getLogger("laptop.quicksight")

_UNITS = {"HOUR": dt.timedelta(hours=1), "DAY": dt.timedelta(days=1), "WEEK": dt.timedelta(weeks=1)}


@dataclass(frozen=True)
class Outcome:
    """Members of an Ingestion that has ended, and the types of the columns that it imported."""

    members: Json
    types: dict[str, str] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        return bool(self.members["IngestionStatus"] == "COMPLETED")


CANCELLED = Outcome({"IngestionStatus": "CANCELLED"})


def failed(kind: str, message: str) -> Outcome:
    return Outcome({"IngestionStatus": "FAILED", "ErrorInfo": {"Type": kind, "Message": message}})


def run(data_set_id: str, request_type: str, target: Path, is_stopped: source.Question) -> Outcome:
    """Import the rows of a data set into a file; whatever goes wrong is told by the outcome."""
    try:
        return _imported(DATA_SETS.find(data_set_id), request_type, target, is_stopped)
    except SourceError as error:
        return failed(error.kind, error.message)
    except steps.PreparationError as error:
        return failed("INVALID_DATAPREP_SYNTAX", str(error))
    except Exception as error:
        # Of this ingestion, not of the laptop: those that wait must have their turn.
        logger.exception("import of data set %s", data_set_id)
        return failed("INTERNAL_SERVICE_ERROR", f"{type(error).__name__}: {error}")


def _imported(data_set: Json, request_type: str, target: Path, is_stopped: source.Question) -> Outcome:
    prepared = preparation.prepare(data_set)
    window = _window(data_set) if request_type == "INCREMENTAL_REFRESH" else None
    sql = prepared.sql
    if window:
        since = f"TIMESTAMP '{window.since:%Y-%m-%d %H:%M:%S}'"
        sql = f"SELECT * FROM ({sql}) AS look_back WHERE {quoted(window.column)} >= {since}"  # noqa: S608
    content = source.rows(prepared.data_source_arn, sql, prepared.columns, is_stopped)
    if content is None:
        return CANCELLED
    read = spice.load(content, prepared.columns, target, window)
    if read.dropped and not read.ingested:
        return failed("DATA_TOLERANCE_EXCEPTION", f"none of {read.dropped} rows fits the types of the data set")
    rows = {"RowsIngested": read.ingested, "RowsDropped": read.dropped, "TotalRowsInDataset": read.total}
    members = {"IngestionStatus": "COMPLETED", "RowInfo": rows, "IngestionSizeInBytes": read.size}
    return Outcome(members, prepared.types)


def _window(data_set: Json) -> spice.Window | None:
    kept = shown_file(data_set)
    if kept is None:
        return None
    window = look_back(data_set)
    if window is None:
        raise SourceError("CUSTOMER_ERROR", "an incremental refresh must have a look-back window")
    since = dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0) - window["Size"] * _UNITS[window["SizeUnit"]]
    return spice.Window(window["ColumnName"], since, kept)


def shown_file(data_set: Json) -> Path | None:
    """Return the file of the rows that a data set in SPICE shows.

    There is none before the first import, and from a change of the columns or their types until the next import.
    """
    shown = data_set.get("shown")
    if not shown or shown["columns"] != types_of(data_set):
        return None
    return spice.file(data_set["DataSetId"], shown["id"])


def look_back(data_set: Json) -> Json | None:
    """Return the LookbackWindow of a data set, or None."""
    configuration = (data_set.get("refresh_properties") or {}).get("RefreshConfiguration") or {}
    found: Json | None = (configuration.get("IncrementalRefresh") or {}).get("LookbackWindow")
    return found
