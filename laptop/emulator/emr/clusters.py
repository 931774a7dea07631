"""The documents of clusters and steps, kept: reading, changing, and telling about each change."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from laptop.emulator.emr import events
from laptop.emulator.emr.records import CLUSTER_ENDED, STEP_ENDED
from laptop.emulator.registry import Json, ServiceError
from laptop.emulator.store import Store

clusters = Store("emr-clusters")
steps = Store("emr-steps")
# A document is read, changed and written back under it.
guard = threading.RLock()


def cluster(cluster_id: str) -> Json:
    """Return a cluster.

    Raises
    ------
    ServiceError
        There is none of this id.
    """
    found = clusters.get(cluster_id)
    if found is None:
        raise ServiceError("InvalidRequestException", f"Cluster id '{cluster_id}' is not valid.")
    return dict(found)


def change(cluster_id: str, alter: Callable[[Json], object]) -> Json:
    """Let a function alter a cluster's document; return the document."""
    with guard:
        document = cluster(cluster_id)
        alter(document)
        clusters.put(cluster_id, document)
        return document


def move(cluster_id: str, state: str, code: str = "", message: str = "") -> None:
    """Bring a cluster into a state, unless it is there already, and tell the event bus."""
    moved = []

    def alter(document: Json) -> None:
        status, now = document["Status"], time.time()
        if status["State"] == state:
            return
        moved.append(state)
        reason = {"Code": code, "Message": message}
        status.update(State=state, StateChangeReason={name: value for name, value in reason.items() if value})
        if state in {"RUNNING", "WAITING"}:
            status["Timeline"].setdefault("ReadyDateTime", now)
        if state in CLUSTER_ENDED:
            status["Timeline"]["EndDateTime"] = now

    document = change(cluster_id, alter)
    if moved:
        events.cluster_changed(document)


def steps_of(cluster_id: str) -> list[Json]:
    """Return the steps of a cluster, oldest first."""
    return [step for _, step in steps.items(f"{cluster_id}/")]


def step(cluster_id: str, step_id: str) -> Json:
    """Return a step.

    Raises
    ------
    ServiceError
        The cluster has none of this id.
    """
    found = steps.get(f"{cluster_id}/{step_id}")
    if found is None:
        raise ServiceError("InvalidRequestException", f"Step id '{step_id}' is not valid.")
    return dict(found)


def add_steps(document: Json, new: list[Json]) -> None:
    """Keep new steps of a cluster, and tell about them."""
    for item in new:
        steps.put(f"{document['Id']}/{item['Id']}", item)
        events.step_changed(document, item)


def move_step(cluster_id: str, step_id: str, state: str, failure: Json | None = None, reason: str = "") -> bool:
    """Bring a step into a state, unless it has ended; tell whether it was."""
    with guard:
        document = step(cluster_id, step_id)
        status, now = document["Status"], time.time()
        if status["State"] in STEP_ENDED:
            return False
        status["State"] = state
        if state == "RUNNING":
            status["Timeline"]["StartDateTime"] = now
        if state in STEP_ENDED:
            status["Timeline"]["EndDateTime"] = now
        if failure:
            status["FailureDetails"] = failure
        if reason:
            status["StateChangeReason"] = {"Message": reason}
        steps.put(f"{cluster_id}/{step_id}", document)
    events.step_changed(cluster(cluster_id), document)
    return True
