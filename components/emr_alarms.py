"""What calls the operator when a cluster is in trouble: alarms over its metrics, and notices of its events."""

from aws_cdk import aws_cloudwatch as cloudwatch

from components.alarms import Alarms, metric
from components.notices import Notices

_NAMESPACE = "AWS/ElasticMapReduce"
_MINUTE_SECONDS = 60
_PERIOD_SECONDS = 300
_HOUR_SECONDS = 3600
_RUNBOOK = "docs/emr.md"

_Query = cloudwatch.CfnAlarm.MetricDataQueryProperty


class EmrAlarms(Alarms):
    """Alarms of clusters: a cluster for each run has an id that no alarm knows, so they watch the account's clusters.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-alarms.html

    https://docs.aws.amazon.com/emr/latest/ManagementGuide/UsingEMR_ViewingMetrics.html has the metrics.
    """

    def cluster_idle(self, minutes: int) -> None:
        """Ring when a cluster does nothing for longer than its idle time allows: it costs, and should have ended."""
        self._emr_alarm(
            "Idle",
            f"A cluster has been idle for {minutes} minutes.",
            "a-cluster-is-idle",
            [_clusters("MIN", "IsIdle", minutes * _MINUTE_SECONDS)],
            1,
        )

    def nodes_unhealthy(self) -> None:
        """Ring when YARN gave up a node."""
        self._emr_alarm(
            "Unhealthy",
            "A node of a cluster is unhealthy.",
            "a-node-is-unhealthy",
            [_clusters("MAX", "MRUnhealthyNodes", _PERIOD_SECONDS)],
            1,
        )

    def hdfs_fills(self, percent: int) -> None:
        """Ring when HDFS is nearly full."""
        self._emr_alarm(
            "Hdfs",
            f"HDFS of a cluster is more than {percent} % full.",
            "hdfs-or-memory-is-short",
            [_clusters("MAX", "HDFSUtilization", _PERIOD_SECONDS)],
            percent,
        )

    def memory_is_short(self, available_percent: int) -> None:
        """Ring when YARN has little memory left: managed scaling has reached its limit, or finds no capacity."""
        available = _clusters("MIN", "YARNMemoryAvailablePercentage", _PERIOD_SECONDS, returned=False)
        self._emr_alarm(
            "Memory",
            f"YARN of a cluster has less than {available_percent} % of its memory left.",
            "hdfs-or-memory-is-short",
            [available, _Query(id="used", expression=f"100 - {available.id}", return_data=True)],
            100 - available_percent,
        )

    def spot_interrupted(self, rule_name: str, per_hour: int) -> None:
        """Ring when EC2 takes many spot instances back."""
        self._emr_alarm(
            "Spot",
            f"EC2 took back {per_hour} spot instances or more in an hour.",
            "spot-instances-are-taken-back",
            [metric("AWS/Events", "TriggeredRules", {"RuleName": rule_name}, "Sum", _HOUR_SECONDS)],
            per_hour,
        )

    def _emr_alarm(self, construct_id: str, what: str, section: str, metrics: list[_Query], threshold: float) -> None:
        self._alarm(construct_id, what, section, metrics=metrics, threshold=threshold, runbook=_RUNBOOK)


class EmrNotices(Notices):
    """Notices of what happens to clusters of the lake, whose names and steps begin with `lake-text`."""

    def step_failed(self) -> None:
        """Tell of a step that failed."""
        self._rule(
            "StepFailed",
            description="A step of a cluster failed",
            pattern={
                "source": ["aws.emr"],
                "detail-type": ["EMR Step Status Change"],
                "detail": {"name": [{"prefix": "lake-text "}], "state": ["FAILED"]},
            },
            paths={"step": "$.detail.name", "cluster": "$.detail.clusterId", "message": "$.detail.message"},
            message=f'"Step <step> of <cluster> failed: <message> Runbook: {_RUNBOOK}#the-text-pipeline-failed"',
        )

    def cluster_failed(self) -> None:
        """Tell of a cluster that ended with errors."""
        self._rule(
            "ClusterFailed",
            description="A cluster ended with errors",
            pattern={
                "source": ["aws.emr"],
                "detail-type": ["EMR Cluster State Change"],
                "detail": {"name": [{"prefix": "lake-text"}], "state": ["TERMINATED_WITH_ERRORS"]},
            },
            paths={"cluster": "$.detail.clusterId", "message": "$.detail.message"},
            message=f'"Cluster <cluster> ended with errors: <message> Runbook: {_RUNBOOK}#a-cluster-does-not-start"',
        )

    def spot_warned(self) -> str:
        """Tell of spot instances that EC2 takes back, and return the name of the rule that counts them."""
        return self._rule(
            "SpotWarned",
            description="EC2 takes a spot instance of this account back",
            pattern={"source": ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"]},
            paths={"instance": "$.detail.instance-id"},
            message=f'"EC2 takes spot instance <instance> back. Runbook: {_RUNBOOK}#spot-instances-are-taken-back"',
        )


def _clusters(statistic: str, name: str, period_seconds: int, *, returned: bool = True) -> _Query:
    """Query one metric over all clusters."""
    return _Query(
        id=name[0].lower() + name[1:],
        # CloudWatch's own language, over names that are written here.
        expression=f'SELECT {statistic}({name}) FROM SCHEMA("{_NAMESPACE}", JobFlowId)',  # noqa: S608
        period=period_seconds,
        return_data=returned,
    )
