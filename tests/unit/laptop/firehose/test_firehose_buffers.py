from __future__ import annotations

import hashlib

from laptop.emulator.firehose.buffers import Buffers
from laptop.emulator.firehose.failures import Incoming
from laptop.emulator.firehose.kpl import user_records

DAY_1, DAY_2 = (("day", "1"),), (("day", "2"),)


def record(number: str, size: int = 10) -> Incoming:
    return Incoming(b"x" * size, arrival=0.0, shard="s", number=number)


def test_each_partition_is_delivered_when_it_is_full_or_old_enough() -> None:
    buffers = Buffers(limit_bytes=25, limit_seconds=60)
    buffers.add(DAY_1, record("1"), b"", now=0)
    buffers.add(DAY_2, record("2", size=30), b"", now=50)
    assert [buffer.prefix_values for buffer in buffers.due(now=51)] == [DAY_2]
    assert [buffer.prefix_values for buffer in buffers.due(now=60)] == [DAY_1, DAY_2]


def test_a_shard_goes_on_before_the_first_record_that_is_not_delivered() -> None:
    buffers = Buffers(limit_bytes=25, limit_seconds=60)
    buffers.add(DAY_1, record("3"), b"", now=0)
    buffers.add(DAY_2, record("1", size=30), b"", now=0)
    assert buffers.first_numbers() == {"s": "1"}
    buffers.delivered(buffers.due(now=1)[0])
    assert buffers.first_numbers() == {"s": "3"}


def aggregate(*payloads: bytes) -> bytes:
    def field(number: int, value: bytes) -> bytes:
        return bytes([number << 3 | 2, len(value)]) + value

    body = field(1, b"key") + b"".join(field(3, b"\x08\x00" + field(3, payload)) for payload in payloads)
    return b"\xf3\x89\x9a\xc2" + body + hashlib.md5(body, usedforsecurity=False).digest()


def test_aggregates_of_the_producer_library_are_taken_apart() -> None:
    assert user_records(aggregate(b"one", b"two")) == [b"one", b"two"]


def test_what_is_no_intact_aggregate_is_one_record() -> None:
    broken = aggregate(b"one")[:-1] + b"?"
    assert user_records(broken) == [broken]
    assert user_records(b'{"id": 1}') == [b'{"id": 1}']
