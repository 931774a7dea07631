"""What calls the operator when the stream is in trouble."""

from components.alarms import Alarms, metric

# Namespace of the metrics that the consumers make.
METRICS = "Lake/Stream"
_HOUR_SECONDS = 3600


class StreamAlarms(Alarms):
    """Alarms of the ingestion stack."""

    def consumer_lags(self, label: str, function_name: str, seconds: int) -> None:
        """Ring when a function is behind: its records wait, and are given up at their maximum age."""
        self._alarm(
            f"Lag-{label}",
            f"{label} is more than {seconds} seconds behind the stream.",
            "a-consumer-is-behind",
            metrics=[metric("AWS/Lambda", "IteratorAge", {"FunctionName": function_name}, "Maximum", 60)],
            threshold=seconds * 1000,
        )

    def stream_lags(self, stream_name: str, seconds: int) -> None:
        """Ring when any reader of the stream is behind, Firehose included."""
        name = "GetRecords.IteratorAgeMilliseconds"
        self._alarm(
            "StreamLag",
            f"A reader of the stream is more than {seconds} seconds behind.",
            "a-consumer-is-behind",
            metrics=[metric("AWS/Kinesis", name, {"StreamName": stream_name}, "Maximum", 60)],
            threshold=seconds * 1000,
        )

    def batches_failed(self, label: str, mapping_id: str) -> None:
        """Ring when records were given up and lie in the failures bucket."""
        name = "OnFailureDestinationDeliveredEventCount"
        self._alarm(
            f"Failed-{label}",
            f"Records that {label} could not process are in the failures bucket.",
            "records-are-in-the-failures-bucket",
            metrics=[metric("AWS/Lambda", name, {"EventSourceMappingUUID": mapping_id}, "Sum", 300)],
            threshold=1,
        )

    def failures_lost(self, label: str, function_name: str) -> None:
        """Ring when even the failures bucket did not take records: they are only in the stream now."""
        dimensions = {"FunctionName": function_name}
        self._alarm(
            f"Lost-{label}",
            f"Records that {label} could not process did not reach the failures bucket.",
            "the-failure-destination-is-denied",
            metrics=[metric("AWS/Lambda", "DestinationDeliveryFailures", dimensions, "Sum", 300)],
            threshold=1,
        )

    def events_rejected(self, service: str, per_hour: int) -> None:
        """Ring when producers break the contract more than usual."""
        self._alarm(
            "Rejected",
            f"More than {per_hour} events in an hour broke the contract.",
            "events-are-rejected",
            metrics=[metric(METRICS, "EventsRejected", {"service": service}, "Sum", _HOUR_SECONDS)],
            threshold=per_hour,
        )

    def throughput_exceeded(self, stream_name: str) -> None:
        """Ring when producers or consumers ask more of the stream than its shards give."""
        for what in ("Write", "Read"):
            name = f"{what}ProvisionedThroughputExceeded"
            self._alarm(
                f"{what}Exceeded",
                f"{what}s of the stream are throttled.",
                "the-stream-is-throttled",
                metrics=[metric("AWS/Kinesis", name, {"StreamName": stream_name}, "Sum", 300)],
                threshold=1,
            )

    def archive_is_late(self, delivery_stream_name: str, seconds: int) -> None:
        """Ring when the oldest record in Firehose is older than its buffers explain."""
        dimensions = {"DeliveryStreamName": delivery_stream_name}
        self._alarm(
            "ArchiveLate",
            f"Firehose has not delivered for {seconds} seconds.",
            "the-archive-is-late-or-refuses-records",
            metrics=[metric("AWS/Firehose", "DeliveryToS3.DataFreshness", dimensions, "Maximum", 300)],
            threshold=seconds,
        )

    def archive_refuses(self, delivery_stream_name: str) -> None:
        """Ring when Firehose could not convert records; they are under its error prefix."""
        dimensions = {"DeliveryStreamName": delivery_stream_name}
        self._alarm(
            "ArchiveRefuses",
            "Firehose could not convert records.",
            "the-archive-is-late-or-refuses-records",
            metrics=[metric("AWS/Firehose", "FailedConversion.Records", dimensions, "Sum", 300)],
            threshold=1,
        )
