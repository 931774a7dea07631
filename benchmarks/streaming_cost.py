"""What a million events cost, from measured processor time and list prices of us-east-1.

https://aws.amazon.com/lambda/pricing/, https://aws.amazon.com/kinesis/data-streams/pricing/,
https://aws.amazon.com/s3/pricing/
"""

from __future__ import annotations

from dataclasses import dataclass

# Lambda gives one full core at 1,769 MiB and less in proportion.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
MIB_PER_CORE = 1769
GIB_SECOND_ARM = 0.0000133334
LAMBDA_REQUEST = 0.20 / 1e6
S3_PUT, S3_LIST = 0.005 / 1000, 0.005 / 1000
PUT_PAYLOAD_UNIT = 0.014 / 1e6
# What a call spends on waiting for one listing and one write, side by side with nothing else; S3 usually answers so.
S3_WAIT_SECONDS = 0.06

MILLION = 1_000_000


@dataclass(frozen=True)
class Cost:
    """Dollars per million events, by what they are paid for."""

    duration: float
    requests: float
    storage_requests: float
    stream: float

    @property
    def total(self) -> float:
        return self.duration + self.requests + self.storage_requests + self.stream


def per_million(records_per_second: float, *, memory_mib: int, batch: int, writes: int) -> Cost:
    """Compute the cost of one consumer.

    Parameters
    ----------
    records_per_second
        Measured on a whole core.
    memory_mib
        Memory of the function, and with it the share of a core.
    batch
        Records of a call.
    writes
        Objects that a call writes, each after a listing.
    """
    calls = MILLION / batch
    share = min(1.0, memory_mib / MIB_PER_CORE)
    seconds = MILLION / records_per_second / share + calls * writes * S3_WAIT_SECONDS
    return Cost(
        duration=seconds * memory_mib / 1024 * GIB_SECOND_ARM,
        requests=calls * LAMBDA_REQUEST,
        storage_requests=calls * writes * (S3_PUT + S3_LIST),
        stream=MILLION * PUT_PAYLOAD_UNIT,
    )
