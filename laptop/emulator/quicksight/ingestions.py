"""Ingestions: they really ask Athena, and keep the rows. One at a time for each data set; the others wait.

| status | when |
|---|---|
| INITIALIZED | CreateIngestion answered |
| QUEUED | another ingestion of the data set runs; QueueInfo names it |
| RUNNING, COMPLETED | RowInfo says how many rows were read, skipped, and are in the data set |
| FAILED | ErrorInfo says why; the rows of the last good one stay |
| CANCELLED | by CancelIngestion, or the data set was deleted |

Each puts its CloudWatch metrics (`signals`).

An incremental refresh needs the data set's look-back window; where nothing was imported yet, or its columns have
changed, it reads everything. Quotas (32 refreshes a day, 1 billion rows) are not enforced.
Source: `CreateIngestion`, `Ingestion`, `LookbackWindow` of the API reference; "Refreshing SPICE data".
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from pathlib import Path

from laptop.emulator import clients
from laptop.emulator.quicksight import preparation, signals, source, spice, steps
from laptop.emulator.quicksight.records import DATA_SETS, invalid, lock, not_found, page, serve
from laptop.emulator.quicksight.source import SourceError
from laptop.emulator.registry import Json, ServiceError, on_start
from laptop.emulator.store import Store

logger = logging.getLogger("laptop.quicksight")

STORE = Store("quicksight-ingestions")
_ACTIVE = ("INITIALIZED", "QUEUED", "RUNNING")
_HIDDEN = ("columns", "kind")
_UNITS = {"HOUR": dt.timedelta(hours=1), "DAY": dt.timedelta(days=1), "WEEK": dt.timedelta(weeks=1)}

# Data sets whose thread is at work, and ingestions that are to stop.
_busy: set[tuple[clients.Scope, str]] = set()
_stopping: set[tuple[clients.Scope, str]] = set()


def _key(data_set_id: str, ingestion_id: str) -> str:
    return f"{data_set_id}/{ingestion_id}"


def _find(request: Json) -> Json:
    DATA_SETS.find(request["DataSetId"])
    found: Json | None = STORE.get(_key(request["DataSetId"], request["IngestionId"]))
    if found is None:
        raise not_found(f"Ingestion {request['IngestionId']} of data set {request['DataSetId']} is not found")
    return found


def of(data_set_id: str) -> list[Json]:
    """Return the ingestions of a data set, the newest first."""
    return [ingestion for _, ingestion in STORE.items(_key(data_set_id, ""))][::-1]


def public(ingestion: Json) -> Json:
    return {name: value for name, value in ingestion.items() if name not in _HIDDEN}


def start(data_set_id: str, ingestion_id: str, request_type: str, request_source: str = "MANUAL") -> Json:
    """Start an ingestion, or let it wait for its turn.

    Raises
    ------
    ServiceError
        There is one of this id.
    """
    data_set = DATA_SETS.find(data_set_id)
    key = _key(data_set_id, ingestion_id)
    with lock:
        if STORE.get(key):
            message = f"Ingestion {ingestion_id} of data set {data_set_id} already exists"
            raise ServiceError("ResourceExistsException", message, 409)
        ingestion = {
            "Arn": f"{data_set['Arn']}/ingestion/{ingestion_id}",
            "IngestionId": ingestion_id,
            "IngestionStatus": "INITIALIZED",
            "CreatedTime": time.time(),
            "RequestSource": request_source,
            "RequestType": request_type,
        }
        running = next((each for each in of(data_set_id)[::-1] if each["IngestionStatus"] in _ACTIVE), None)
        if running:
            # Of the two, the API reference calls the one that waits WaitingOnIngestion.
            queue = {"WaitingOnIngestion": ingestion_id, "QueuedIngestion": running["IngestionId"]}
            ingestion |= {"IngestionStatus": "QUEUED", "QueueInfo": queue}
        STORE.put(key, ingestion)
        worker = (clients.scope(), data_set_id)
        if worker not in _busy:
            _busy.add(worker)
            clients.background(_work, data_set_id)
    return ingestion


def _work(data_set_id: str) -> None:
    worker = (clients.scope(), data_set_id)
    while True:
        with lock:
            waiting = [each for each in of(data_set_id)[::-1] if each["IngestionStatus"] in _ACTIVE]
            if not waiting:
                _busy.discard(worker)
                return
        _run(data_set_id, waiting[0])


def _run(data_set_id: str, ingestion: Json) -> None:
    key, began = _key(data_set_id, ingestion["IngestionId"]), time.monotonic()
    ingestion = {name: value for name, value in ingestion.items() if name != "QueueInfo"}
    _put(key, ingestion | {"IngestionStatus": "RUNNING"})
    try:
        end = _import(data_set_id, ingestion, lambda: (clients.scope(), key) in _stopping)
    except SourceError as error:
        end = _failure(error.kind, error.message)
    except steps.PreparationError as error:
        end = _failure("INVALID_DATAPREP_SYNTAX", str(error))
    except ServiceError as error:
        end = _failure("DATA_SET_DELETED", error.message)
    except Exception as error:
        # Of this ingestion, not of the laptop: those that wait must have their turn.
        logger.exception("ingestion %s", key)
        end = _failure("INTERNAL_SERVICE_ERROR", f"{type(error).__name__}: {error}")
    _stopping.discard((clients.scope(), key))
    seconds = time.monotonic() - began
    _put(key, ingestion | end | {"IngestionTimeInSeconds": int(seconds)})
    signals.ended(data_set_id, end, seconds)


def _put(key: str, ingestion: Json) -> None:
    # A deleted data set takes its ingestions along.
    if STORE.get(key):
        STORE.put(key, ingestion)


def _failure(kind: str, message: str) -> Json:
    return {"IngestionStatus": "FAILED", "ErrorInfo": {"Type": kind, "Message": message}}


def _import(data_set_id: str, ingestion: Json, is_stopped: source.Question) -> Json:
    data_set = DATA_SETS.find(data_set_id)
    prepared = preparation.prepare(data_set)
    columns = [column.name for column in prepared.columns]
    window = _window(data_set, columns) if ingestion["RequestType"] == "INCREMENTAL_REFRESH" else None
    sql = prepared.sql
    if window:
        since = f"TIMESTAMP '{window.since:%Y-%m-%d %H:%M:%S}'"
        sql = f'SELECT * FROM ({sql}) AS look_back WHERE "{window.column}" >= {since}'  # noqa: S608
    content = source.rows(prepared.data_source_arn, sql, prepared.columns, is_stopped)
    if content is None:
        return {"IngestionStatus": "CANCELLED"}
    target = spice.folder(data_set_id) / f"{ingestion['IngestionId']}.parquet"
    read = spice.load(content, prepared.columns, target, window)
    if read.dropped and not read.ingested:
        target.unlink()
        raise SourceError("DATA_TOLERANCE_EXCEPTION", f"none of {read.dropped} rows fits the types of the data set")
    _show(data_set_id, ingestion["IngestionId"], columns)
    rows = {"RowsIngested": read.ingested, "RowsDropped": read.dropped, "TotalRowsInDataset": read.total}
    return {"IngestionStatus": "COMPLETED", "RowInfo": rows, "IngestionSizeInBytes": read.size}


def _window(data_set: Json, columns: list[str]) -> spice.Window | None:
    if not data_set.get("shown") or data_set["shown"]["columns"] != columns:
        return None
    window = look_back(data_set)
    if window is None:
        raise SourceError("CUSTOMER_ERROR", "an incremental refresh must have a look-back window")
    since = dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0) - window["Size"] * _UNITS[window["SizeUnit"]]
    return spice.Window(window["ColumnName"], since, shown_file(data_set))


def _show(data_set_id: str, ingestion_id: str, columns: list[str]) -> None:
    with lock:
        if not STORE.get(_key(data_set_id, ingestion_id)):
            # Another data set may have its id by now.
            raise SourceError("DATA_SET_DELETED", f"data set {data_set_id} was deleted")
        data_set = DATA_SETS.find(data_set_id)
        # Not by `put`: an import does not change when the data set was last updated.
        DATA_SETS.store.put(data_set_id, data_set | {"shown": {"id": ingestion_id, "columns": columns}})
    # Who has just looked up the rows before may still read them.
    before = (data_set.get("shown") or {}).get("id", "")
    spice.remove(data_set_id, keep={ingestion_id, before})


def shown_file(data_set: Json) -> Path:
    """Return the file of the rows that a data set in SPICE shows."""
    return spice.folder(data_set["DataSetId"]) / f"{data_set['shown']['id']}.parquet"


def look_back(data_set: Json) -> Json | None:
    """Return the LookbackWindow of a data set, or None."""
    configuration = (data_set.get("refresh_properties") or {}).get("RefreshConfiguration") or {}
    found: Json | None = (configuration.get("IncrementalRefresh") or {}).get("LookbackWindow")
    return found


def forget(data_set_id: str) -> None:
    """Stop and delete the ingestions of a data set that is deleted, and its rows."""
    for ingestion in of(data_set_id):
        key = _key(data_set_id, ingestion["IngestionId"])
        if ingestion["IngestionStatus"] in _ACTIVE:
            _stopping.add((clients.scope(), key))
        STORE.delete(key)
    spice.remove(data_set_id)


@serve("CreateIngestion")
def create_ingestion(request: Json) -> Json:
    data_set = DATA_SETS.find(request["DataSetId"])
    require_refreshable(data_set, request.get("IngestionType", "FULL_REFRESH"))
    started = start(request["DataSetId"], request["IngestionId"], request.get("IngestionType", "FULL_REFRESH"))
    return {name: started[name] for name in ("Arn", "IngestionId", "IngestionStatus")}


def require_refreshable(data_set: Json, kind: str) -> None:
    """Refuse a refresh that a data set cannot have.

    Raises
    ------
    ServiceError
        It is not in SPICE, or has no look-back window for an incremental refresh.
    """
    if data_set["ImportMode"] != "SPICE":
        raise invalid(f"a data set that is refreshed must be in SPICE; {data_set['DataSetId']} is in DIRECT_QUERY")
    if kind == "INCREMENTAL_REFRESH" and look_back(data_set) is None:
        raise invalid(f"an incremental refresh must have a look-back window; {data_set['DataSetId']} has none")


@serve("DescribeIngestion")
def describe_ingestion(request: Json) -> Json:
    return {"Ingestion": public(_find(request))}


@serve("ListIngestions")
def list_ingestions(request: Json) -> Json:
    DATA_SETS.find(request["DataSetId"])
    return page("Ingestions", [public(found) for found in of(request["DataSetId"])], request)


@serve("CancelIngestion")
def cancel_ingestion(request: Json) -> Json:
    key = _key(request["DataSetId"], request["IngestionId"])
    with lock:
        found = _find(request)
        if found["IngestionStatus"] not in _ACTIVE:
            raise invalid(f"an ingestion that is cancelled must not have ended; got {found['IngestionStatus']}")
        if found["IngestionStatus"] == "RUNNING":
            _stopping.add((clients.scope(), key))
        else:
            STORE.put(key, found | {"IngestionStatus": "CANCELLED"})
    return {"Arn": found["Arn"], "IngestionId": request["IngestionId"]}


@on_start
def fail_orphans() -> None:
    """Fail the ingestions that the end of the last run cut off; what data sets show stays."""
    for key, found in list(STORE.items()):
        is_busy = (clients.scope(), key.partition("/")[0]) in _busy
        if found["IngestionStatus"] in _ACTIVE and not is_busy:
            STORE.put(key, found | _failure("INTERNAL_SERVICE_ERROR", "the laptop was stopped while the ingestion ran"))
