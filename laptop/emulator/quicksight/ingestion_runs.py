"""Ingestions take their turn: one at a time for each data set, on a thread that lives while there is something to do.

The outcome of a run, what the data set shows, and a cancellation or deletion meanwhile are settled under the lock of
all assets. So a cancelled run never shows its rows, and a deleted data set takes its run along.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from laptop.emulator import clients
from laptop.emulator.quicksight import imports, signals, spice
from laptop.emulator.quicksight.imports import Outcome
from laptop.emulator.quicksight.records import DATA_SETS, exists, invalid, lock, not_found
from laptop.emulator.registry import Json
from laptop.emulator.store import Store

logger = logging.getLogger("laptop.quicksight")

STORE = Store("quicksight-ingestions")
_ACTIVE = ("INITIALIZED", "QUEUED", "RUNNING")
# Tells the ingestions of this process from those that the end of an earlier one cut off.
_PROCESS = str(uuid.uuid4())

_Worker = tuple[clients.Scope, str]


@dataclass(frozen=True)
class _Run:
    """An ingestion that is at work."""

    data_set_id: str
    ingestion: Json
    worker: _Worker
    stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def key(self) -> str:
        return _key(self.data_set_id, self.ingestion["IngestionId"])

    @property
    def file(self) -> Path:
        return spice.file(self.data_set_id, self.ingestion["IngestionId"])


# Data sets whose thread is alive, and what each runs; both under `lock` only. Who deletes a data set takes its run out
# of here: another data set, and an ingestion of it, may have the same ids before the run has noticed.
_busy: set[_Worker] = set()
_running: dict[_Worker, _Run] = {}


def _key(data_set_id: str, ingestion_id: str) -> str:
    return f"{data_set_id}/{ingestion_id}"


def _worker(data_set_id: str) -> _Worker:
    return clients.scope(), data_set_id


def find(data_set_id: str, ingestion_id: str) -> Json:
    """Return an ingestion.

    Raises
    ------
    ServiceError
        There is none of this id.
    """
    DATA_SETS.find(data_set_id)
    found: Json | None = STORE.get(_key(data_set_id, ingestion_id))
    if found is None:
        raise not_found(f"Ingestion {ingestion_id} of data set {data_set_id} is not found")
    return _read(found)


def of(data_set_id: str) -> list[Json]:
    """Return the ingestions of a data set, the newest first."""
    return [_read(ingestion) for _, ingestion in STORE.items(_key(data_set_id, ""))][::-1]


def _read(ingestion: Json) -> Json:
    if ingestion["IngestionStatus"] in _ACTIVE and ingestion.get("process") != _PROCESS:
        message = "the laptop was stopped while the ingestion ran"
        return ingestion | imports.failed("INTERNAL_SERVICE_ERROR", message).members
    return ingestion


def _current(data_set_id: str) -> Json | None:
    """Return the oldest ingestion of a data set that has not ended, or None."""
    return next((each for each in of(data_set_id)[::-1] if each["IngestionStatus"] in _ACTIVE), None)


def start(data_set_id: str, ingestion_id: str, request_type: str, request_source: str = "MANUAL") -> Json:
    """Start an ingestion, or let it wait for its turn.

    Raises
    ------
    ServiceError
        There is one of this id.
    """
    key, worker = _key(data_set_id, ingestion_id), _worker(data_set_id)
    with lock:
        data_set = DATA_SETS.find(data_set_id)
        if STORE.get(key):
            raise exists(f"Ingestion {ingestion_id} of data set {data_set_id}")
        ingestion = {
            "Arn": f"{data_set['Arn']}/ingestion/{ingestion_id}",
            "IngestionId": ingestion_id,
            "IngestionStatus": "INITIALIZED",
            "CreatedTime": time.time(),
            "RequestSource": request_source,
            "RequestType": request_type,
            "process": _PROCESS,
        }
        current = _current(data_set_id)
        if current:
            # Of the two, the API reference calls the one that waits WaitingOnIngestion.
            queue = {"WaitingOnIngestion": ingestion_id, "QueuedIngestion": current["IngestionId"]}
            ingestion |= {"IngestionStatus": "QUEUED", "QueueInfo": queue}
        STORE.put(key, ingestion)
        if worker not in _busy:
            _busy.add(worker)
            clients.background(_work, data_set_id)
    return ingestion


def _work(data_set_id: str) -> None:
    worker = _worker(data_set_id)
    try:
        while run := _next(worker):
            _do(run)
    except Exception:
        # E.g. the disk is full. The next ingestion starts another thread, which goes on with those that wait.
        with lock:
            _busy.discard(worker)
            _running.pop(worker, None)
        raise


def _next(worker: _Worker) -> _Run | None:
    _, data_set_id = worker
    with lock:
        current = _current(data_set_id)
        if current is None:
            _busy.discard(worker)
            return None
        started = {name: value for name, value in current.items() if name != "QueueInfo"}
        run = _running[worker] = _Run(data_set_id, started | {"IngestionStatus": "RUNNING"}, worker)
        STORE.put(run.key, run.ingestion)
        return run


def _do(run: _Run) -> None:
    began = time.monotonic()
    outcome = imports.run(run.data_set_id, run.ingestion["RequestType"], run.file, run.stopped.is_set)
    seconds = time.monotonic() - began
    ended = _end(run, outcome, seconds)
    if ended is None:
        return
    try:
        signals.ended(run.data_set_id, ended, seconds)
    except Exception:
        # The ingestion has ended as it says; those that wait must have their turn.
        logger.exception("the metrics of ingestion %s could not be put", run.key)


def _end(run: _Run, outcome: Outcome, seconds: float) -> Json | None:
    """Keep the outcome of a run and show its rows if it is good; return it, or None if its data set was deleted."""
    with lock:
        if _running.get(run.worker) is not run:
            run.file.unlink(missing_ok=True)
            return None
        del _running[run.worker]
        data_set = DATA_SETS.find(run.data_set_id)
        if data_set["ImportMode"] != "SPICE":
            outcome = imports.failed("DATA_SET_NOT_SPICE", f"data set {run.data_set_id} has left SPICE")
        elif outcome.is_good and run.stopped.is_set():
            outcome = imports.CANCELLED
        # Who has just looked up the rows before may still read them.
        kept = {run.ingestion["IngestionId"]} if outcome.is_good else set()
        kept |= {data_set["shown"]["id"]} if data_set.get("shown") else set()
        if outcome.is_good:
            shown = {"id": run.ingestion["IngestionId"], "columns": outcome.types}
            # Not by `put`: an import does not change when the data set was last updated.
            DATA_SETS.store.put(run.data_set_id, data_set | {"shown": shown})
        spice.remove(run.data_set_id, kept)
        ended = run.ingestion | outcome.members | {"IngestionTimeInSeconds": int(seconds)}
        STORE.put(run.key, ended)
        return ended


def forget(data_set_id: str) -> None:
    """Stop and delete the ingestions of a data set that is deleted, and its rows."""
    with lock:
        run = _running.pop(_worker(data_set_id), None)
        if run:
            run.stopped.set()
        for ingestion in of(data_set_id):
            STORE.delete(_key(data_set_id, ingestion["IngestionId"]))
        spice.remove(data_set_id)


def cancel(data_set_id: str, ingestion_id: str) -> Json:
    """Stop an ingestion, or take it from those that wait; return it.

    Raises
    ------
    ServiceError
        There is none of this id, or it has ended.
    """
    with lock:
        found = find(data_set_id, ingestion_id)
        if found["IngestionStatus"] not in _ACTIVE:
            raise invalid(f"an ingestion that is cancelled must not have ended; got {found['IngestionStatus']}")
        run = _running.get(_worker(data_set_id))
        if run and run.ingestion["IngestionId"] == ingestion_id:
            run.stopped.set()
        else:
            STORE.put(_key(data_set_id, ingestion_id), found | {"IngestionStatus": "CANCELLED"})
    return found
