"""What calls the operator when people would look at old numbers, or at none."""

from components.alarms import Alarms, metric
from dashboards.model import DataSet

_PERIOD_SECONDS = 300


class BiAlarms(Alarms):
    """Alarms of business intelligence."""

    def refresh_failed(self, spec: DataSet) -> None:
        """Ring when QuickSight could not bring new rows into SPICE: the last good ones stay, and grow old.

        https://docs.aws.amazon.com/quicksight/latest/user/cw-metrics.html
        """
        self._alarm(
            f"Refresh-{spec.name}",
            f"Data set {spec.id} was not refreshed; dashboards show its last good rows.",
            "a-refresh-failed",
            metrics=[
                metric("AWS/QuickSight", "IngestionErrorCount", {"DatasetId": spec.id}, "Sum", _PERIOD_SECONDS),
            ],
            threshold=1,
        )
