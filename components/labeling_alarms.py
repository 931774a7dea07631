"""What calls the operator when labeling is in trouble."""

from components.alarms import Alarms, metric

METRICS = "Lake/Labels"
_DAY_SECONDS = 86_400


class LabelingAlarms(Alarms):
    """Alarms of the labeling stack."""

    def objects_unlabeled(self, service: str, per_day: int) -> None:
        """Ring when jobs ended with objects that nobody labeled: they failed, or expired."""
        self._alarm(
            "Unlabeled",
            f"Labeling jobs of a day ended with {per_day} or more objects that failed or expired.",
            "objects-stay-without-labels",
            metrics=[metric(METRICS, "ObjectsUnlabeled", {"service": service}, "Sum", _DAY_SECONDS)],
            threshold=per_day,
        )
