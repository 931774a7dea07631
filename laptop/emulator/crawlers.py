"""Crawlers that really crawl.

| operation | behaviour | source (AWS Glue API and developer guide) |
|---|---|---|
| StartCrawler | CrawlerRunningException, CrawlerStoppingException; then RUNNING, READY | "Crawlers" |
| StopCrawler | CrawlerNotRunningException; STOPPING, then READY with LastCrawl CANCELLED | "StopCrawler" |
| GetCrawler, GetCrawlers, BatchGetCrawlers | State, CrawlElapsedTime, LastCrawl | "Crawlers" |
| GetCrawlerMetrics | runtimes, tables of the last crawl | "GetCrawlerMetrics" |
| DeleteCrawler | refused while running | "DeleteCrawler" |
| Schedule | fires at its times; Start- and StopCrawlerSchedule | "Crawler scheduler" |
| (event) | "Glue Crawler State Change": Started, Succeeded, Failed | "Automating with EventBridge" |
| (logs) | `/aws-glue/crawlers`, or `-<security configuration>-role/<role>` | "Crawler" |

What a crawl does is in `crawl`, `classifiers`, `crawl_tables` and `crawl_catalog`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable

from laptop.emulator import aws_events, clock, paging
from laptop.emulator.clients import account, background, client, region
from laptop.emulator.crawl import StoppedError, crawl
from laptop.emulator.crawl_catalog import Changes
from laptop.emulator.job_logs import LogStream
from laptop.emulator.registry import Call, Json, ServiceError, on_start, operation
from laptop.emulator.store import Store

logger = logging.getLogger("laptop.crawlers")

_KEPT_RUNTIMES = 20
_PAGE = 1000
crawls = Store("glue-crawls")
_lock = threading.Lock()


@operation("glue", "StartCrawler")
def start_crawler(request: Json, call: Call) -> Json:
    crawler = call("GetCrawler", request)["Crawler"]
    name = crawler["Name"]
    with _lock:
        known = _known(name)
        _refuse_if_busy(name, known)
        known |= {"State": "RUNNING", "StartedAt": time.time()}
        crawls.put(name, known)
    _announce(name, "Started")
    background(_work, crawler, known)
    return {}


def _refuse_if_busy(name: str, known: Json) -> None:
    if known["State"] == "RUNNING":
        raise ServiceError("CrawlerRunningException", f"Crawler with name {name} has already started")
    if known["State"] == "STOPPING":
        raise ServiceError("CrawlerStoppingException", f"Crawler with name {name} is stopping")


def _known(name: str) -> Json:
    found: Json | None = crawls.get(name)
    return found or {"State": "READY", "Runtimes": [], "Succeeded": 0}


def _work(crawler: Json, known: Json) -> None:
    name, started = crawler["Name"], known["StartedAt"]
    stream = name
    last = {
        "LogGroup": log_group(crawler),
        "LogStream": stream,
        "MessagePrefix": f"{started:.0f}",
        "StartTime": started,
    }
    changes, error = Changes(), ""
    with LogStream(last["LogGroup"], stream) as log:
        log.write(f"BENCHMARK : Running Start Crawl for Crawler {name}")
        try:
            before = known["Succeeded"] > 0
            changes = crawl(crawler, crawled_before=before, is_stopped=lambda: _known(name)["State"] == "STOPPING")
            last["Status"] = "SUCCEEDED"
        except StoppedError:
            last["Status"] = "CANCELLED"
        except Exception as problem:
            logger.exception("crawler %s", name)
            error = f"{type(problem).__name__}: {problem}"
            last |= {"Status": "FAILED", "ErrorMessage": error}
        for line in [*_summary(changes), *changes.notes, error]:
            if line:
                log.write(line)
        log.write("BENCHMARK : Crawler has finished running and is in state READY")
    _finish(name, last, changes)


def _finish(name: str, last: Json, changes: Changes) -> None:
    with _lock:
        known = _known(name)
        seconds = time.time() - last["StartTime"]
        known["Runtimes"] = [*known["Runtimes"], seconds][-_KEPT_RUNTIMES:]
        known["Succeeded"] += last["Status"] == "SUCCEEDED"
        counts = (changes.tables_created, changes.tables_updated, changes.tables_deleted)
        known |= {"State": "READY", "LastCrawl": last, "Tables": counts}
        crawls.put(name, known)
    if last["Status"] == "SUCCEEDED":
        _announce(name, "Succeeded", _figures(changes, seconds))
    elif last["Status"] == "FAILED":
        _announce(name, "Failed", {"errorMessage": last["ErrorMessage"]})


def _summary(changes: Changes) -> Iterable[str]:
    yield (
        f"Tables: {changes.tables_created} created, {changes.tables_updated} updated, "
        f"{changes.tables_deleted} deleted. "
        f"Partitions: {changes.partitions_created} created, {changes.partitions_deleted} deleted"
    )


def _figures(changes: Changes, seconds: float) -> Json:
    return {
        "tablesCreated": str(changes.tables_created),
        "tablesUpdated": str(changes.tables_updated),
        "tablesDeleted": str(changes.tables_deleted),
        "partitionsCreated": str(changes.partitions_created),
        "partitionsUpdated": str(changes.partitions_updated),
        "partitionsDeleted": str(changes.partitions_deleted),
        "runningTime (sec)": f"{seconds:.0f}",
        "completionDate": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "warningMessage": "; ".join(changes.notes) or "N/A",
    }


def _announce(name: str, state: str, more: Json | None = None) -> None:
    detail = {"accountId": account(), "crawlerName": name, "state": state, "message": f"Crawler {state}"}
    aws_events.emit("aws.glue", "Glue Crawler State Change", detail | (more or {}))


def log_group(crawler: Json) -> str:
    """Return the log group of a crawler."""
    security = crawler.get("CrawlerSecurityConfiguration")
    if not security:
        return "/aws-glue/crawlers"
    role = crawler.get("Role", "").rpartition(":role/")[2] or crawler.get("Role", "")
    return f"/aws-glue/crawlers-{security}-role/{role}"


@operation("glue", "StopCrawler")
def stop_crawler(request: Json, call: Call) -> Json:
    call("GetCrawler", request)
    name = request["Name"]
    with _lock:
        known = _known(name)
        if known["State"] == "STOPPING":
            raise ServiceError("CrawlerStoppingException", f"Crawler with name {name} is stopping")
        if known["State"] != "RUNNING":
            raise ServiceError("CrawlerNotRunningException", f"Crawler with name {name} isn't running")
        crawls.put(name, known | {"State": "STOPPING"})
    return {}


@operation("glue", "GetCrawler")
def get_crawler(request: Json, call: Call) -> Json:
    return {"Crawler": _shown(call("GetCrawler", request)["Crawler"])}


@operation("glue", "GetCrawlers")
def get_crawlers(request: Json, call: Call) -> Json:
    found, more = paging.page(call("GetCrawlers", {})["Crawlers"], request, _PAGE, "InvalidInputException")
    return {"Crawlers": [_shown(crawler) for crawler in found]} | more


@operation("glue", "BatchGetCrawlers")
def batch_get_crawlers(request: Json, call: Call) -> Json:
    found = {crawler["Name"]: _shown(crawler) for crawler in call("GetCrawlers", {})["Crawlers"]}
    names = request["CrawlerNames"]
    return {
        "Crawlers": [found[name] for name in names if name in found],
        "CrawlersNotFound": [name for name in names if name not in found],
    }


def _shown(crawler: Json) -> Json:
    known = _known(crawler["Name"])
    running = known["State"] != "READY"
    elapsed = int((time.time() - known["StartedAt"]) * 1000) if running else 0
    shown = crawler | {"State": known["State"], "CrawlElapsedTime": elapsed}
    shown.pop("LastCrawl", None)
    if known.get("LastCrawl"):
        shown["LastCrawl"] = known["LastCrawl"]
    schedule = crawler.get("Schedule") or {}
    if schedule.get("ScheduleExpression"):
        shown["Schedule"] = schedule | {"State": known.get("ScheduleState", "SCHEDULED")}
    return shown


@operation("glue", "GetCrawlerMetrics")
def get_crawler_metrics(request: Json, call: Call) -> Json:
    wanted = request.get("CrawlerNameList")
    names = [crawler["Name"] for crawler in call("GetCrawlers", {})["Crawlers"]]
    found = [name for name in names if not wanted or name in wanted]
    shown, more = paging.page(found, request, _PAGE, "InvalidInputException")
    return {"CrawlerMetricsList": [_metrics(name) for name in shown]} | more


def _metrics(name: str) -> Json:
    known = _known(name)
    runtimes = sorted(known["Runtimes"])
    created, updated, deleted = known.get("Tables") or (0, 0, 0)
    return {
        "CrawlerName": name,
        "TimeLeftSeconds": 0.0,
        "StillEstimating": known["State"] == "RUNNING",
        "LastRuntimeSeconds": known["Runtimes"][-1] if runtimes else 0.0,
        "MedianRuntimeSeconds": runtimes[len(runtimes) // 2] if runtimes else 0.0,
        "TablesCreated": created,
        "TablesUpdated": updated,
        "TablesDeleted": deleted,
    }


@operation("glue", "DeleteCrawler")
def delete_crawler(request: Json, call: Call) -> Json:
    _refuse_if_busy(request["Name"], _known(request["Name"]))
    answer = call("DeleteCrawler", request)
    crawls.delete(request["Name"])
    return answer


@operation("glue", "StartCrawlerSchedule")
def start_crawler_schedule(request: Json, call: Call) -> Json:
    return _set_schedule(request, call, "SCHEDULED", "SchedulerRunningException")


@operation("glue", "StopCrawlerSchedule")
def stop_crawler_schedule(request: Json, call: Call) -> Json:
    return _set_schedule(request, call, "NOT_SCHEDULED", "SchedulerNotRunningException")


def _set_schedule(request: Json, call: Call, state: str, conflict: str) -> Json:
    name = request["CrawlerName"]
    crawler = _shown(call("GetCrawler", {"Name": name})["Crawler"])
    schedule = crawler.get("Schedule") or {}
    if not schedule.get("ScheduleExpression"):
        raise ServiceError("NoScheduleException", f"Crawler {name} has no schedule")
    if schedule["State"] == state:
        raise ServiceError(conflict, f"The schedule of crawler {name} is {state} already")
    with _lock:
        crawls.put(name, _known(name) | {"ScheduleState": state})
    return {}


@on_start
def close_interrupted_crawls() -> None:
    """Close the crawls that were going on when the emulator ended, and let schedules fire from now on."""
    if (account(), region()) in crawls.scopes():
        for name, known in list(crawls.items()):
            if known["State"] != "READY":
                last = {"Status": "FAILED", "ErrorMessage": "The laptop was shut down", "StartTime": known["StartedAt"]}
                crawls.put(name, known | {"State": "READY", "LastCrawl": last})
    clock.every_tick("crawlers", _scheduled, _start_scheduled)


def _scheduled() -> Iterable[clock.Schedule]:
    for crawler in client("glue").get_crawlers()["Crawlers"]:
        schedule = crawler.get("Schedule") or {}
        if schedule.get("State") == "SCHEDULED":
            yield clock.Schedule(crawler["Name"], schedule["ScheduleExpression"])


def _start_scheduled(name: str) -> None:
    try:
        client("glue").start_crawler(Name=name)
    except client("glue").exceptions.CrawlerRunningException:
        # A crawl that takes longer than its schedule: AWS skips the start and tells of it.
        detail = {"accountId": account(), "crawlerName": name, "message": "The crawler is still running"}
        aws_events.emit("aws.glue", "Glue Scheduled Crawler Invocation Failure", detail)
