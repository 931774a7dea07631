"""Write raw files: the same rows give the same bytes, and a file with its final name is complete."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Comma-separated text with a header line and Unix line ends."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def json_lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """One JSON object a line, without spaces that cost storage."""
    return "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows).encode()


def compressed(data: bytes) -> bytes:
    """Gzip without name and time stamp, which would differ from run to run."""
    return gzip.compress(data, compresslevel=6, mtime=0)


def write(file: Path, data: bytes) -> Path:
    """Put bytes into a file, creating its folder; never leaves half a file under the final name."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.partial")
    partial.write_bytes(data)
    partial.replace(file)
    return file
