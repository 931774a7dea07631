"""Columns of numbers and texts as one value of bytes.

Spark moves rows; a row for each posting would cost more than all that is computed with it. So tasks hand each other
sorted runs of postings as single values, in Arrow's stream format, and Spark's shuffle sees a few large rows.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

Array = Any


def pack(**columns: Array) -> pa.Buffer:
    """Write columns of any lengths; `unpack` is the inverse."""
    arrays = {name: values if isinstance(values, pa.Array) else pa.array(values) for name, values in columns.items()}
    lists = [pa.LargeListArray.from_arrays(pa.array([0, len(each)], pa.int64()), each) for each in arrays.values()]
    batch = pa.RecordBatch.from_arrays(lists, names=list(arrays))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue()


def unpack(blob: pa.Buffer) -> Mapping[str, pa.Array]:
    """Read columns without copying them."""
    with pa.ipc.open_stream(blob) as reader:
        batch = reader.read_next_batch()
    return {name: column.values for name, column in zip(batch.schema.names, batch.columns, strict=True)}


def numbers(column: pa.Array) -> np.ndarray[Any, Any]:
    """Give a column without nulls as an array that shares its memory."""
    return np.asarray(column.to_numpy(zero_copy_only=True))


def smallest(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Give unsigned integers in the narrowest type that holds them."""
    return values.astype(np.min_scalar_type(int(values.max(initial=0))))


def column(blob: pa.Buffer) -> pa.Array:
    """Give a column of one value without copying it."""
    return pa.Array.from_buffers(pa.large_binary(), 1, [None, pa.py_buffer(struct.pack("=qq", 0, blob.size)), blob])


def binaries(batch: pa.RecordBatch) -> Iterator[pa.Buffer]:
    """Give the values of the column `blob` without copying them."""
    for value in batch.column("blob"):
        yield value.as_buffer()
