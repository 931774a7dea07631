"""Records that cannot be delivered, as Firehose writes them under the error prefix. Pure.

Source: https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion-error-handling.html
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Incoming:
    """A record on its way.

    Attributes
    ----------
    arrival
        Seconds since 1970.
    shard, number, sub_number
        Its place in the source stream. A record that was put to the delivery stream has no shard, and an id as number.
    """

    data: bytes
    arrival: float
    shard: str | None = None
    number: str = ""
    sub_number: int = 0


class DeliveryError(Exception):
    """A record is not delivered; `output_type` is the value of `!{firehose:error-output-type}`."""

    def __init__(self, output_type: str, code: str, message: str) -> None:
        super().__init__(message)
        self.output_type = output_type
        self.code = code
        self.message = message


def processing_failed(message: str) -> DeliveryError:
    return DeliveryError("processing-failed", "DynamicPartitioning.MetadataExtractionFailed", message)


def conversion_failed(code: str, message: str) -> DeliveryError:
    return DeliveryError("format-conversion-failed", f"DataFormatConversion.{code}", message)


def line(record: Incoming, error: DeliveryError, now: float, table: Json | None) -> bytes:
    """Return the document of a failed record, one line of JSON."""
    document: Json = {
        "attemptsMade": 1,
        "arrivalTimestamp": int(record.arrival * 1000),
        "errorCode" if error.output_type == "processing-failed" else "ErrorCode": error.code,
        "errorMessage" if error.output_type == "processing-failed" else "ErrorMessage": error.message,
        "attemptEndingTimestamp": int(now * 1000),
        "rawData": base64.b64encode(record.data).decode(),
    }
    if record.shard is not None:
        document |= {"sequenceNumber": record.number, "subSequenceNumber": record.sub_number}
    if table is not None and error.output_type == "format-conversion-failed":
        document["dataCatalogTable"] = table
    return json.dumps(document).encode() + b"\n"
