"""Draw access logs of the shop's web site in the combined log format of Apache httpd.

https://httpd.apache.org/docs/2.4/logs.html#combined

Paths follow Zipf's law, visits follow the hours of the day, and a share of requests comes from crawlers, fails, or
carries what breaks careless patterns: an empty request, quotes in a user agent, a user name.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

DAY = datetime(1998, 6, 30, tzinfo=UTC)
BLOCK = 50_000
HOURLY = (4, 3, 2, 1, 1, 2, 3, 5, 7, 8, 9, 10, 11, 10, 9, 9, 10, 11, 12, 13, 12, 10, 8, 6)
AGENTS = (
    "Mozilla/4.05 [en] (Win95; I)",
    "Mozilla/4.0 (compatible; MSIE 4.01; Windows 98)",
    "Mozilla/3.04Gold (WinNT; U)",
    "Lynx/2.8rel.2 libwww-FM/2.14",
    "Slurp/2.0 (slurp@inktomi.com; http://www.inktomi.com/slurp.html)",
    'Odd \\"quoted\\" agent/1.0',
)
AGENT_WEIGHTS = (0.38, 0.34, 0.14, 0.03, 0.1, 0.01)
STATUSES = (200, 304, 302, 404, 500, 400)
STATUS_WEIGHTS = (0.82, 0.1, 0.04, 0.03, 0.005, 0.005)
SECTIONS = ("rock", "jazz", "classical", "country", "soundtracks")


def write(rows: int, folder: Path, *, seed: int = 0) -> Path:
    """Write `rows` requests of one day as `<folder>/access_logs/ingest_date=.../access.log.gz`.

    Raises
    ------
    ValueError
        If `rows` is not positive.
    """
    if rows < 1:
        raise ValueError(f"rows must be at least 1; got {rows}")
    path = folder / "access_logs" / f"ingest_date={DAY:%Y-%m-%d}" / "access.log.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file, gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0, compresslevel=6) as out:
        for block in _blocks(rows, seed):
            out.write("".join(block).encode("ascii"))
    return path


def _blocks(rows: int, seed: int) -> Iterator[list[str]]:
    """Draw requests in order of time: the day's seconds are shared out among the blocks first."""
    rng = np.random.default_rng([seed])
    weights = np.repeat(np.array(HOURLY) / (3600 * sum(HOURLY)), 3600)
    per_second = rng.multinomial(rows, weights)
    seconds = np.repeat(np.arange(86_400), per_second)
    for start in range(0, rows, BLOCK):
        yield _lines(np.random.default_rng([seed, start]), seconds[start : start + BLOCK].tolist())


def _lines(rng: np.random.Generator, seconds: list[int]) -> list[str]:
    size = len(seconds)
    visitors = rng.integers(1, 1 << 16, size).tolist()
    albums = rng.zipf(1.3, size).tolist()
    statuses = rng.choice(STATUSES, size, p=STATUS_WEIGHTS).tolist()
    agents = rng.choice(len(AGENTS), size, p=AGENT_WEIGHTS).tolist()
    sizes = rng.lognormal(8.5, 1.0, size).astype(int).tolist()
    draws = zip(seconds, visitors, albums, statuses, agents, sizes, strict=True)
    return [
        _line(second, visitor, album, status=status, agent=agent, size=size)
        for second, visitor, album, status, agent, size in draws
    ]


def _line(second: int, visitor: int, album: int, *, status: int, agent: int, size: int) -> str:
    time = (DAY + timedelta(seconds=second)).strftime("%d/%b/%Y:%H:%M:%S +0000")
    section = SECTIONS[album % len(SECTIONS)]
    request = "-" if status == 400 else f"GET /{section}/album/{album % 1_000_003} HTTP/1.0"
    length = "-" if status == 304 else str(size)
    referer = "-" if album % 3 else f"http://www.example.com/{section}"
    user = f"customer{visitor}" if visitor % 50 == 0 else "-"
    address = f"10.{visitor >> 14}.{(visitor >> 6) & 255}.{visitor & 63}"
    return f'{address} - {user} [{time}] "{request}" {status} {length} "{referer}" "{AGENTS[agent]}"\n'
