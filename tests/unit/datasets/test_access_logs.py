import gzip
import re
from pathlib import Path

import pytest

from datasets.access_logs import write

# https://httpd.apache.org/docs/2.4/logs.html#combined
COMBINED = re.compile(
    r'^\d+\.\d+\.\d+\.\d+ - (-|\w+) \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000\] "([^"\\]|\\.)*" \d{3} (\d+|-)'
    r' "([^"\\]|\\.)*" "([^"\\]|\\.)*"$'
)


def test_every_line_is_in_the_combined_format_and_in_order_of_time(tmp_path: Path) -> None:
    lines = gzip.decompress(write(60_000, tmp_path).read_bytes()).decode().splitlines()
    assert len(lines) == 60_000
    assert [line for line in lines if not COMBINED.match(line)] == []
    times = [line[line.index("[") : line.index("]")] for line in lines]
    assert times == sorted(times)


def test_awkward_requests_occur(tmp_path: Path) -> None:
    text = gzip.decompress(write(20_000, tmp_path).read_bytes()).decode()
    assert '"-" 400 ' in text
    assert '\\"quoted\\"' in text
    assert " - customer" in text
    assert re.search(r" 304 - ", text)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    one, two, other = (write(500, tmp_path / name, seed=seed) for name, seed in (("a", 1), ("b", 1), ("c", 2)))
    assert one.read_bytes() == two.read_bytes() != other.read_bytes()


def test_fails_for_no_rows(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="rows must be at least 1; got 0"):
        write(0, tmp_path)
