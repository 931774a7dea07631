"""Refresh schedules, which start an ingestion at their time, and the look-back window of incremental refreshes."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from typing import Any

from laptop.emulator import clock
from laptop.emulator.quicksight import ingestion_runs, ingestions, schedule_rules
from laptop.emulator.quicksight.records import DATA_SETS, exists, invalid, lock, not_found, serve, types_of
from laptop.emulator.registry import Json, ServiceError, on_start
from laptop.emulator.store import Store

logger = logging.getLogger("laptop.quicksight")

STORE = Store("quicksight-refresh-schedules")


def _key(data_set_id: str, schedule_id: str) -> str:
    return f"{data_set_id}/{schedule_id}"


def of(data_set_id: str) -> list[Json]:
    return [schedule for _, schedule in STORE.items(_key(data_set_id, ""))]


def forget(data_set_id: str) -> None:
    """Delete the schedules of a data set that is deleted."""
    for schedule in of(data_set_id):
        STORE.delete(_key(data_set_id, schedule["ScheduleId"]))


def _put(data_set_id: str, schedule: Json) -> Json:
    data_set = DATA_SETS.find(data_set_id)
    ingestions.require_refreshable(data_set, schedule["RefreshType"])
    others = [other for other in of(data_set_id) if other["ScheduleId"] != schedule["ScheduleId"]]
    wrong = schedule_rules.problem(schedule, others)
    if wrong:
        raise invalid(f"refresh schedule {schedule['ScheduleId']}: {wrong}")
    arn = f"{data_set['Arn']}/refresh-schedule/{schedule['ScheduleId']}"
    STORE.put(_key(data_set_id, schedule["ScheduleId"]), schedule | {"Arn": arn})
    return {"ScheduleId": schedule["ScheduleId"], "Arn": arn}


def _find(data_set_id: str, schedule_id: str) -> Json:
    DATA_SETS.find(data_set_id)
    found: Json | None = STORE.get(_key(data_set_id, schedule_id))
    if found is None:
        raise not_found(f"refresh schedule {schedule_id} of data set {data_set_id} is not found")
    return found


@serve("CreateRefreshSchedule")
def create_refresh_schedule(request: Json) -> Json:
    schedule = request["Schedule"]
    if STORE.get(_key(request["DataSetId"], schedule["ScheduleId"])):
        raise exists(f"refresh schedule {schedule['ScheduleId']} of data set {request['DataSetId']}")
    return _put(request["DataSetId"], schedule)


@serve("UpdateRefreshSchedule")
def update_refresh_schedule(request: Json) -> Json:
    _find(request["DataSetId"], request["Schedule"]["ScheduleId"])
    return _put(request["DataSetId"], request["Schedule"])


@serve("DescribeRefreshSchedule")
def describe_refresh_schedule(request: Json) -> Json:
    found = _find(request["DataSetId"], request["ScheduleId"])
    return {"RefreshSchedule": found, "Arn": found["Arn"]}


@serve("ListRefreshSchedules")
def list_refresh_schedules(request: Json) -> Json:
    DATA_SETS.find(request["DataSetId"])
    return {"RefreshSchedules": of(request["DataSetId"])}


@serve("DeleteRefreshSchedule")
def delete_refresh_schedule(request: Json) -> Json:
    found = _find(request["DataSetId"], request["ScheduleId"])
    STORE.delete(_key(request["DataSetId"], request["ScheduleId"]))
    return {"ScheduleId": request["ScheduleId"], "Arn": found["Arn"]}


@serve("PutDataSetRefreshProperties")
def put_refresh_properties(request: Json) -> Json:
    found = DATA_SETS.find(request["DataSetId"])
    properties = request["DataSetRefreshProperties"]
    if found["ImportMode"] != "SPICE":
        raise invalid(f"a data set with refresh properties must be in SPICE; {request['DataSetId']} is not")
    incremental = (properties.get("RefreshConfiguration") or {}).get("IncrementalRefresh")
    if incremental:
        column = incremental["LookbackWindow"]["ColumnName"]
        kind = types_of(found).get(column)
        if kind != "DATETIME":
            raise invalid(f"the look-back window must be on a column of type DATETIME; got {column}: {kind}")
    DATA_SETS.put(request["DataSetId"], found | {"refresh_properties": properties})
    return {}


@serve("DescribeDataSetRefreshProperties")
def describe_refresh_properties(request: Json) -> Json:
    return {"DataSetRefreshProperties": _refresh_properties(request["DataSetId"])}


@serve("DeleteDataSetRefreshProperties")
def delete_refresh_properties(request: Json) -> Json:
    _refresh_properties(request["DataSetId"])
    found = DATA_SETS.find(request["DataSetId"])
    DATA_SETS.put(request["DataSetId"], {name: found[name] for name in found if name != "refresh_properties"})
    return {}


def _refresh_properties(data_set_id: str) -> Json:
    properties: Json | None = DATA_SETS.find(data_set_id).get("refresh_properties")
    if not properties:
        raise not_found(f"refresh properties of data set {data_set_id} are not found")
    return properties


def _schedules() -> Iterator[clock.Schedule]:
    for key, schedule in STORE.items():
        yield clock.Schedule(key, schedule_rules.cron(schedule), schedule_rules.timezone(schedule))


def _fire(key: str) -> None:
    data_set_id, _, schedule_id = key.partition("/")
    with lock:
        schedule: Any = STORE.get(key)
        if schedule is None or clock.now() < schedule.get("StartAfterDateTime", 0):
            return
        try:
            ingestions.require_refreshable(DATA_SETS.find(data_set_id), schedule["RefreshType"])
            ingestion_runs.start(
                data_set_id, f"{schedule_id}-{uuid.uuid4()}"[-128:], schedule["RefreshType"], "SCHEDULED"
            )
        except ServiceError as error:
            logger.warning("refresh schedule %s: %s", key, error.message)


@on_start
def _watch() -> None:
    clock.every_tick("quicksight", _schedules, _fire)
