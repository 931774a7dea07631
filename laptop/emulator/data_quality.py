"""AWS Glue Data Quality on catalog tables.

| operation | behaviour | source (AWS Glue API) |
|---|---|---|
| CreateDataQualityRuleset, Get..., Update..., Delete..., List... | what is no DQDL is refused | "Data Quality API" |
| StartDataQualityRulesetEvaluationRun | evaluates on the table; idempotent by ClientToken | same |
| GetDataQualityRulesetEvaluationRun | Status, ErrorString, ResultIds (one for each ruleset) | same |
| | SUCCEEDED says that the rules were evaluated, not that they hold | same |
| List..., CancelDataQualityRulesetEvaluationRun | as named | same |
| GetDataQualityResult, BatchGetDataQualityResult, ListDataQualityResults | Score, RuleResults | same |
| (event) | source aws.glue-dataquality, "Data Quality Evaluation Results Available" | "Alerts with EventBridge" |
| (metrics) | glue.data.quality.rules.passed and .failed, if asked for | same |
| (results) | one JSON object for each result below ResultsS3Prefix | "DataQualityEvaluationRunAdditionalRunOptions" |

The rules are evaluated by the laptop's Athena (`dq_rules`), not by Spark. A rule type that is not implemented fails
the run and is named. Not here: recommendations, analyzers, anomaly detection.
"""

from __future__ import annotations

import json
import logging
import math
import threading
import time
import uuid
from collections.abc import Sequence

from laptop.emulator import aws_events, dq_rules, paging
from laptop.emulator.athena import engine
from laptop.emulator.clients import account, background, client, region
from laptop.emulator.dq_rules import Outcome
from laptop.emulator.dqdl import DqdlError, Rule, parse
from laptop.emulator.glue_run import split_uri
from laptop.emulator.registry import Call, Json, NotImplementedOnLaptop, ServiceError, on_start, operation
from laptop.emulator.sql import quoted
from laptop.emulator.store import Store

logger = logging.getLogger("laptop.quality")

rulesets = Store("glue-quality-rulesets")
runs = Store("glue-quality-runs")
results = Store("glue-quality-results")
_lock = threading.Lock()
_UNFINISHED = ("STARTING", "RUNNING", "STOPPING")
_PAGE = 100


@operation("glue", "CreateDataQualityRuleset")
def create_ruleset(request: Json, call: Call) -> Json:
    name = request["Name"]
    if rulesets.get(name):
        raise ServiceError("AlreadyExistsException", f"Data quality ruleset {name} already exists")
    _checked(request["Ruleset"])
    now = time.time()
    rulesets.put(name, {**request, "CreatedOn": now, "LastModifiedOn": now})
    if request.get("Tags"):
        arn = f"arn:aws:glue:{region()}:{account()}:dataQualityRuleset/{name}"
        call("TagResource", {"ResourceArn": arn, "TagsToAdd": request["Tags"]})
    return {"Name": name}


def _checked(text: str) -> tuple[Rule, ...]:
    try:
        return parse(text)
    except DqdlError as error:
        raise ServiceError("InvalidInputException", f"Cannot parse the DQDL: {error}") from error


def _ruleset(name: str) -> Json:
    found: Json | None = rulesets.get(name)
    if found is None:
        raise ServiceError("EntityNotFoundException", f"Data quality ruleset {name} does not exist")
    return found


@operation("glue", "GetDataQualityRuleset")
def get_ruleset(request: Json, call: Call) -> Json:
    found = _ruleset(request["Name"])
    return {key: value for key, value in found.items() if key not in {"Tags", "ClientToken"}}


@operation("glue", "UpdateDataQualityRuleset")
def update_ruleset(request: Json, call: Call) -> Json:
    found = _ruleset(request["Name"])
    if "Ruleset" in request:
        _checked(request["Ruleset"])
    rulesets.put(request["Name"], {**found, **request, "LastModifiedOn": time.time()})
    return {key: request[key] for key in ("Name", "Description", "Ruleset") if key in request}


@operation("glue", "DeleteDataQualityRuleset")
def delete_ruleset(request: Json, call: Call) -> Json:
    _ruleset(request["Name"])
    rulesets.delete(request["Name"])
    return {}


@operation("glue", "ListDataQualityRulesets")
def list_rulesets(request: Json, call: Call) -> Json:
    kept = ("Name", "Description", "CreatedOn", "LastModifiedOn", "TargetTable")
    shown = []
    for _name, found in rulesets.items():  # noqa: PERF102 (a store has no values)
        item = {key: found[key] for key in kept if key in found}
        shown.append(item | {"RuleCount": len(parse(found["Ruleset"]))})
    return _listed("Rulesets", shown, request)


def _listed(member: str, entries: list[Json], request: Json, *known: str) -> Json:
    """Return one page of a list; filters other than the known ones, which have been applied, are refused."""
    given = {*(request.get("Filter") or {}), *(["Tags"] if request.get("Tags") else [])} - set(known)
    if given:
        raise NotImplementedOnLaptop(f"a list of Glue Data Quality filtered by {', '.join(sorted(given))}")
    shown, more = paging.page(entries, request, _PAGE, "InvalidInputException")
    return {member: shown} | more


@operation("glue", "StartDataQualityRulesetEvaluationRun")
def start_run(request: Json, call: Call) -> Json:
    if request.get("AdditionalDataSources"):
        raise NotImplementedOnLaptop("a data quality run over AdditionalDataSources")
    for name in request["RulesetNames"]:
        _ruleset(name)
    source = request["DataSource"]["GlueTable"]
    call("GetTable", {"DatabaseName": source["DatabaseName"], "Name": source["TableName"]})
    token = request.get("ClientToken")
    with _lock:
        for run_id, run in runs.items():
            if token and run.get("ClientToken") == token:
                return {"RunId": run_id}
        run_id = f"dqrun-{uuid.uuid4().hex}"
        now = time.time()
        started = {"RunId": run_id, "Status": "STARTING", "StartedOn": now, "LastModifiedOn": now, "ResultIds": []}
        runs.put(run_id, {**request, **started})
    background(_work, run_id)
    return {"RunId": run_id}


def _work(run_id: str) -> None:
    run = _update(run_id, Status="RUNNING")
    started = time.time()
    try:
        for name in run["RulesetNames"]:
            if _run(run_id)["Status"] == "STOPPING":
                break
            result = _evaluate(run, name)
            _update(run_id, ResultIds=[*_run(run_id)["ResultIds"], result["ResultId"]])
            _tell(run, name, result)
        status = {"Status": "STOPPED" if _run(run_id)["Status"] == "STOPPING" else "SUCCEEDED"}
    except Exception as error:
        logger.exception("data quality run %s", run_id)
        status = {"Status": "FAILED", "ErrorString": str(error)}
    ended = time.time()
    _update(run_id, CompletedOn=ended, ExecutionTime=max(1, round(ended - started)), **status)


def _run(run_id: str) -> Json:
    found: Json | None = runs.get(run_id)
    if found is None:
        raise ServiceError("EntityNotFoundException", f"Data quality run {run_id} does not exist")
    return found


def _update(run_id: str, **changes: object) -> Json:
    with _lock:
        run = {**_run(run_id), **changes, "LastModifiedOn": time.time()}
        runs.put(run_id, run)
    return run


def _evaluate(run: Json, name: str) -> Json:
    started = time.time()
    rules = parse(_ruleset(name)["Ruleset"])
    outcomes = _outcomes(rules, run["DataSource"]["GlueTable"])
    passed = sum(outcome.result == "PASS" for outcome in outcomes)
    result = {
        "ResultId": f"dqresult-{uuid.uuid4().hex}",
        "Score": passed / len(rules),
        "DataSource": run["DataSource"],
        "RulesetName": name,
        "StartedOn": started,
        "CompletedOn": time.time(),
        "RulesetEvaluationRunId": run["RunId"],
        "RuleResults": [_rule_result(n, rule, outcomes[n - 1]) for n, rule in enumerate(rules, 1)],
    }
    results.put(result["ResultId"], result)
    return result


def _rule_result(number: int, rule: Rule, outcome: Outcome) -> Json:
    result: Json = {
        "Name": f"Rule_{number}",
        "Description": rule.text,
        "Result": outcome.result,
        "EvaluatedMetrics": dict(outcome.metrics),
        "EvaluatedRule": rule.text,
    }
    return result | ({"EvaluationMessage": outcome.message} if outcome.message else {})


def _outcomes(rules: Sequence[Rule], source: Json) -> list[Outcome]:
    database, name = source["DatabaseName"], source["TableName"]
    found = client("glue").get_table(DatabaseName=database, Name=name)["Table"]
    columns = [*found["StorageDescriptor"]["Columns"], *found.get("PartitionKeys", [])]
    types = {column["Name"].lower(): column["Type"] for column in columns}

    def ask(sql: str) -> list[float]:
        with engine.prepare(sql, database, engine.Control()) as prepared:
            (row,) = prepared.rows(prepared.execute())
        return [math.nan if value is None else float(value) for value in row]

    return dq_rules.evaluate_all(rules, f"{quoted(database)}.{quoted(name)}", types, ask)


def _tell(run: Json, ruleset: str, result: Json) -> None:
    source, options = run["DataSource"]["GlueTable"], run.get("AdditionalRunOptions") or {}
    passed = sum(rule["Result"] == "PASS" for rule in result["RuleResults"])
    failed = len(result["RuleResults"]) - passed
    if options.get("ResultsS3Prefix"):
        bucket, prefix = split_uri(options["ResultsS3Prefix"])
        key = f"{prefix.rstrip('/')}/{result['ResultId']}.json".lstrip("/")
        client("s3").put_object(Bucket=bucket, Key=key, Body=json.dumps(result).encode())
    if options.get("CloudWatchMetricsEnabled"):
        names = {"Table": source["TableName"], "Database": source["DatabaseName"], "Ruleset": ruleset}
        dimensions = [{"Name": name, "Value": value} for name, value in {**names, "CatalogId": account()}.items()]
        counts = {"passed": passed, "failed": failed}
        data = [
            {"MetricName": f"glue.data.quality.rules.{name}", "Dimensions": dimensions, "Value": count, "Unit": "Count"}
            for name, count in counts.items()
        ]
        client("cloudwatch").put_metric_data(Namespace="Glue Data Quality", MetricData=data)
    detail = {
        "context": {
            "contextType": "GLUE_DATA_CATALOG",
            "runId": run["RunId"],
            "databaseName": source["DatabaseName"],
            "tableName": source["TableName"],
            "catalogId": account(),
        },
        # As live events have it; the sample of the documentation says `resultID` and `rulesFailed`.
        "resultId": result["ResultId"],
        "rulesetNames": [ruleset],
        "state": "FAILED" if failed else "SUCCEEDED",
        "score": result["Score"],
        "numRulesSucceeded": passed,
        "numRulesFailed": failed,
        "numRulesSkipped": 0,
    }
    aws_events.emit("aws.glue-dataquality", "Data Quality Evaluation Results Available", detail, [result["ResultId"]])


@operation("glue", "GetDataQualityRulesetEvaluationRun")
def get_run(request: Json, call: Call) -> Json:
    return {key: value for key, value in _run(request["RunId"]).items() if key != "ClientToken"}


@operation("glue", "ListDataQualityRulesetEvaluationRuns")
def list_runs(request: Json, call: Call) -> Json:
    wanted = ((request.get("Filter") or {}).get("DataSource") or {}).get("GlueTable")
    kept = ("RunId", "Status", "StartedOn", "DataSource")
    found = [{key: run[key] for key in kept} for _, run in runs.items()]
    matching = [run for run in found if not wanted or _is_about(run, wanted)]
    return _listed("Runs", matching[::-1], request, "DataSource")


def _is_about(run: Json, table: Json) -> bool:
    source = run["DataSource"]["GlueTable"]
    return all(source[key] == table[key] for key in ("DatabaseName", "TableName"))


@operation("glue", "CancelDataQualityRulesetEvaluationRun")
def cancel_run(request: Json, call: Call) -> Json:
    run = _run(request["RunId"])
    if run["Status"] not in _UNFINISHED:
        raise ServiceError("InvalidInputException", f"Run {request['RunId']} is {run['Status']} already")
    _update(request["RunId"], Status="STOPPING")
    return {}


@operation("glue", "GetDataQualityResult")
def get_result(request: Json, call: Call) -> Json:
    found: Json | None = results.get(request["ResultId"])
    if found is None:
        raise ServiceError("EntityNotFoundException", f"Data quality result {request['ResultId']} does not exist")
    return found


@operation("glue", "BatchGetDataQualityResult")
def batch_get_results(request: Json, call: Call) -> Json:
    found = {result_id: results.get(result_id) for result_id in request["ResultIds"]}
    return {
        "Results": [result for result in found.values() if result],
        "ResultsNotFound": [result_id for result_id, result in found.items() if not result],
    }


@operation("glue", "ListDataQualityResults")
def list_results(request: Json, call: Call) -> Json:
    kept = ("ResultId", "DataSource", "StartedOn")
    return _listed("Results", [{key: result[key] for key in kept} for _, result in results.items()][::-1], request)


@on_start
def fail_interrupted_runs() -> None:
    """Close the runs that were going on when the emulator ended."""
    for run_id, run in list(runs.items()):
        if run["Status"] in _UNFINISHED:
            _update(run_id, Status="FAILED", ErrorString="The laptop was shut down during the run")
