"""CloudWatch metrics of ingestions.

Source: "Monitoring data in Amazon Quick Sight using CloudWatch", "Per-dataset ingestion metrics".
"""

from __future__ import annotations

from laptop.emulator.clients import client
from laptop.emulator.registry import Json

_NAMESPACE = "AWS/QuickSight"


def ended(data_set_id: str, ingestion: Json, seconds: float) -> None:
    """Put the metrics of an ingestion that ended."""
    rows = (ingestion.get("RowInfo") or {}).get("RowsIngested", 0)
    values = {
        "IngestionInvocationCount": (1, "Count"),
        "IngestionErrorCount": (int(ingestion["IngestionStatus"] == "FAILED"), "Count"),
        "IngestionLatency": (seconds, "Seconds"),
        "IngestionRowCount": (rows, "Count"),
    }
    dimensions = [{"Name": "DatasetId", "Value": data_set_id}]
    data = [
        {"MetricName": name, "Dimensions": dimensions, "Value": value, "Unit": unit}
        for name, (value, unit) in values.items()
    ]
    client("cloudwatch").put_metric_data(Namespace=_NAMESPACE, MetricData=data)
