"""Ingestions: they really ask Athena, and keep the rows. One at a time for each data set; the others wait.

| status | when |
|---|---|
| INITIALIZED | CreateIngestion answered |
| QUEUED | another ingestion of the data set runs; QueueInfo names it |
| RUNNING, COMPLETED | RowInfo says how many rows were read, skipped, and are in the data set |
| FAILED | ErrorInfo says why; the rows of the last good one stay |
| CANCELLED | by CancelIngestion; the rows of the last good one stay |

Each puts its CloudWatch metrics (`signals`). Quotas (32 refreshes a day, 1 billion rows) are not enforced.
Source: `CreateIngestion`, `CancelIngestion`, `Ingestion` of the API reference.
"""

from __future__ import annotations

from laptop.emulator.quicksight import imports, ingestion_runs
from laptop.emulator.quicksight.records import DATA_SETS, invalid, page, serve, without
from laptop.emulator.registry import Json


@serve("CreateIngestion")
def create_ingestion(request: Json) -> Json:
    data_set = DATA_SETS.find(request["DataSetId"])
    kind = request.get("IngestionType", "FULL_REFRESH")
    require_refreshable(data_set, kind)
    started = ingestion_runs.start(request["DataSetId"], request["IngestionId"], kind)
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
    if kind == "INCREMENTAL_REFRESH" and imports.look_back(data_set) is None:
        raise invalid(f"an incremental refresh must have a look-back window; {data_set['DataSetId']} has none")


@serve("DescribeIngestion")
def describe_ingestion(request: Json) -> Json:
    return {"Ingestion": without(ingestion_runs.find(request["DataSetId"], request["IngestionId"]), "process")}


@serve("ListIngestions")
def list_ingestions(request: Json) -> Json:
    DATA_SETS.find(request["DataSetId"])
    return page("Ingestions", [without(found, "process") for found in ingestion_runs.of(request["DataSetId"])], request)


@serve("CancelIngestion")
def cancel_ingestion(request: Json) -> Json:
    found = ingestion_runs.cancel(request["DataSetId"], request["IngestionId"])
    return {"Arn": found["Arn"], "IngestionId": found["IngestionId"]}
