"""The life of a cluster: one thread, from the request to the end.

| state | what happens here |
|---|---|
| STARTING | fleets and groups get their instances, after the Spot timeout if there is no capacity |
| BOOTSTRAPPING | bootstrap actions are checked |
| RUNNING, WAITING | steps run, StepConcurrencyLevel at once; auto-termination counts idle time |
| TERMINATING, TERMINATED(_WITH_ERRORS) | steps are stopped or cancelled, HDFS is gone |

A minute of a Spot timeout lasts `LAKE_EMR_MINUTE_SECONDS` (60), idle time likewise. No phase takes longer than its
work: there are no instances to wait for. A cluster that was up when the emulator ended ends as if its primary node had
died. Source: EMR management guide, "Understanding the cluster lifecycle".
"""

from __future__ import annotations

import logging
import os
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from laptop.emulator.clients import account, background, region
from laptop.emulator.emr import bootstrap, clusters, faults, hdfs, steps
from laptop.emulator.emr.instances import NoCapacityError, provide
from laptop.emulator.emr.records import CLUSTER_ENDED, STEP_ENDED
from laptop.emulator.registry import Json, on_start, on_stop
from laptop.emulator.spark import Stop

logger = logging.getLogger("laptop.emr")

_POLL_SECONDS = 0.2
_LOST = "The laptop was shut down while the cluster was up"


class Ended(Exception):  # noqa: N818 (not an error: the way out of every state)
    """The cluster must end, for this reason."""

    def __init__(self, code: str, message: str, *, errors: bool) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.errors = errors


@dataclass
class Live:
    """What a cluster that is up has besides its document."""

    changed: threading.Condition = field(default_factory=threading.Condition)
    end: Ended | None = None
    running: dict[str, Stop] = field(default_factory=dict)
    failed: bool = False
    idle_since: float = 0.0
    lost_at: float = float("inf")

    def finish(self, end: Ended) -> None:
        """Ask for the end; the first reason stays."""
        with self.changed:
            self.end = self.end or end
            self.changed.notify_all()

    def wake(self) -> None:
        with self.changed:
            self.changed.notify_all()

    def wait(self, seconds: float) -> None:
        with self.changed:
            if self.end is None:
                self.changed.wait(seconds)
        self.check()

    def check(self) -> None:
        if self.end:
            raise self.end


live: dict[str, Live] = {}


def minute() -> float:
    """Return how many seconds a minute of a timeout lasts."""
    return float(os.environ.get("LAKE_EMR_MINUTE_SECONDS", "60"))


def start(cluster: Json) -> None:
    """Start the life of a cluster that was just requested."""
    live[cluster["Id"]] = Live()
    background(_drive, cluster["Id"])


def _drive(cluster_id: str) -> None:
    own = live[cluster_id]
    try:
        _prepare(cluster_id, own)
        while True:
            _turn(cluster_id, own)
    except Ended as end:
        _shut_down(cluster_id, own, end)
    except Exception as error:
        logger.exception("cluster %s", cluster_id)
        _shut_down(cluster_id, own, Ended("INTERNAL_ERROR", f"{type(error).__name__}: {error}", errors=True))


def _prepare(cluster_id: str, own: Live) -> None:
    try:
        provide(cluster_id, lambda minutes: own.wait(minutes * minute()), own.check)
    except NoCapacityError as error:
        raise Ended("INSTANCE_FLEET_TIMEOUT", str(error), errors=True) from error
    clusters.move(cluster_id, "BOOTSTRAPPING")
    wanted = faults.current()
    problem = bootstrap.run_all(clusters.cluster(cluster_id), fails=wanted.bootstrap_fails)
    own.check()
    if problem:
        raise Ended("BOOTSTRAP_FAILURE", problem, errors=True)
    own.idle_since = time.monotonic()
    if wanted.primary_lost_after_seconds is not None:
        own.lost_at = own.idle_since + wanted.primary_lost_after_seconds


def _turn(cluster_id: str, own: Live) -> None:
    """Start what can start, or end what has nothing left to do, and wait for a change."""
    cluster = clusters.cluster(cluster_id)
    pending = [step for step in clusters.steps_of(cluster_id) if step["Status"]["State"] == "PENDING"]
    free = cluster["StepConcurrencyLevel"] - len(own.running)
    if pending or own.running:
        clusters.move(cluster_id, "RUNNING", message="Running step")
    for step in pending[: max(free, 0)]:
        _start_step(cluster, step, own)
    if not own.running and not pending:
        _rest(cluster, own)
    if time.monotonic() >= own.lost_at:
        raise Ended("INSTANCE_FAILURE", "The master node was terminated", errors=True)
    own.wait(_POLL_SECONDS)


def _rest(cluster: Json, own: Live) -> None:
    if not cluster["KeepAlive"]:
        if own.failed:
            raise Ended("STEP_FAILURE", "Steps completed with errors", errors=False)
        raise Ended("ALL_STEPS_COMPLETED", "Steps completed", errors=False)
    message = f"Cluster ready after last step {'failed' if own.failed else 'completed'}."
    clusters.move(cluster["Id"], "WAITING", message=message)
    policy = cluster.get("AutoTerminationPolicy")
    if policy and time.monotonic() - own.idle_since >= policy["IdleTimeout"] / 60 * minute():
        # AWS documents no reason for it; the cluster has nothing left to do.
        raise Ended("ALL_STEPS_COMPLETED", f"Idle for {policy['IdleTimeout']} seconds", errors=False)


def _start_step(cluster: Json, step: Json, own: Live) -> None:
    stop = Stop()
    own.running[step["Id"]] = stop
    if clusters.move_step(cluster["Id"], step["Id"], "RUNNING"):
        background(_run_step, cluster, step, own, stop)
    else:  # somebody cancelled it meanwhile
        own.running.pop(step["Id"])


def _run_step(cluster: Json, step: Json, own: Live, stop: Stop) -> None:
    try:
        state, failure = steps.execute(cluster, step, stop)
        if stop.reason == "INTERRUPTED":
            state = "INTERRUPTED"
        reason = {"CANCELLED": "Cancelled by user", "INTERRUPTED": "The cluster ended"}.get(state, "")
        if state == "FAILED":
            own.failed = True
            _after_failure(clusters.cluster(cluster["Id"]), step, own, failure)
        elif state == "COMPLETED":
            own.failed = False
        clusters.move_step(cluster["Id"], step["Id"], state, failure, reason)
    finally:
        # Before the step goes: a cluster with no step counts its idle time from here.
        own.idle_since = time.monotonic()
        own.running.pop(step["Id"], None)
        own.wake()


def _after_failure(cluster: Json, step: Json, own: Live, failure: Json | None) -> None:
    """Do what ActionOnFailure says, before anybody can see the step failed and the cluster unchanged."""
    action = step["ActionOnFailure"]
    if action == "CONTINUE" or cluster["StepConcurrencyLevel"] > 1:
        return
    cancel_pending(cluster["Id"], "A previous step failed")
    protected = cluster["TerminationProtected"] and cluster["KeepAlive"]
    if action.startswith("TERMINATE") and not protected:
        message = (failure or {}).get("Message", "")
        own.finish(Ended("STEP_FAILURE", f"Shut down as step failed: {message}", errors=True))


def cancel_pending(cluster_id: str, reason: str) -> None:
    """Cancel the steps of a cluster that have not started."""
    for step in clusters.steps_of(cluster_id):
        if step["Status"]["State"] == "PENDING":
            clusters.move_step(cluster_id, step["Id"], "CANCELLED", reason=reason)


def cancel_step(cluster_id: str, step_id: str) -> None:
    """Cancel a step that is pending or running; a running one is cancelled when its processes are gone."""
    own = live.get(cluster_id)
    running = own.running.get(step_id) if own else None
    if running:
        clusters.move_step(cluster_id, step_id, "CANCEL_PENDING")
        running.set("CANCELLED")
    else:
        clusters.move_step(cluster_id, step_id, "CANCELLED", reason="Cancelled by user")


def terminate(cluster_id: str) -> None:
    """Ask for the end of a cluster."""
    own = live.get(cluster_id)
    if own:
        clusters.move(cluster_id, "TERMINATING", "USER_REQUEST", "Terminated by user request")
        own.finish(Ended("USER_REQUEST", "Terminated by user request", errors=False))


def _shut_down(cluster_id: str, own: Live, end: Ended) -> None:
    clusters.move(cluster_id, "TERMINATING", end.code, end.message)
    cancel_pending(cluster_id, end.message)
    for stop in list(own.running.values()):
        stop.set("INTERRUPTED" if end.errors else "CANCELLED")
    while own.running:
        time.sleep(_POLL_SECONDS / 4)
    hdfs.remove(cluster_id)
    clusters.change(cluster_id, _end_instances)
    live.pop(cluster_id, None)
    clusters.move(cluster_id, "TERMINATED_WITH_ERRORS" if end.errors else "TERMINATED", end.code, end.message)


def _end_instances(cluster: Json) -> None:
    now = time.time()
    parts: list[Any] = [*cluster["Fleets"], *cluster["Groups"], *cluster["Instances"]]
    for part in parts:
        if part["Status"]["State"] != "TERMINATED":
            part["Status"]["State"] = "TERMINATED"
            part["Status"]["Timeline"]["EndDateTime"] = now
    for fleet in cluster["Fleets"]:
        fleet.update(ProvisionedOnDemandCapacity=0, ProvisionedSpotCapacity=0)
    for group in cluster["Groups"]:
        group["RunningInstanceCount"] = 0


@on_start
def end_lost_clusters() -> None:
    """End the clusters that were up when the emulator ended: what they ran on is gone."""
    if (account(), region()) not in clusters.clusters.scopes():
        return
    for cluster_id, cluster in list(clusters.clusters.items()):
        if cluster["Status"]["State"] in CLUSTER_ENDED or cluster_id in live:
            continue
        for step in clusters.steps_of(cluster_id):
            if step["Status"]["State"] not in STEP_ENDED:
                ended = "CANCELLED" if step["Status"]["State"] == "PENDING" else "INTERRUPTED"
                clusters.move_step(cluster_id, step["Id"], ended, reason=_LOST)
        hdfs.remove(cluster_id)
        clusters.change(cluster_id, _end_instances)
        clusters.move(cluster_id, "TERMINATED_WITH_ERRORS", "INSTANCE_FAILURE", _LOST)


@on_stop
def stop_steps() -> None:
    """Kill the processes of the steps that are going on."""
    for own in list(live.values()):
        for stop in list(own.running.values()):
            stop.set("INTERRUPTED")
