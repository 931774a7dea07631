from datetime import UTC, datetime
from pathlib import Path

from datasets import sources
from datasets.catalogue import dataset


def test_clicks_are_read_as_times_in_utc(archives: dict[str, Path]) -> None:
    source = dataset("clicks")
    content = sources.member(archives[source.package.name], source.members[0])
    (click,) = sources.clicks(content)
    assert click == sources.Click(
        "user_0000", "sess_000001", "home", datetime(2024, 3, 13, 10, 21, 14, tzinfo=UTC), "desktop"
    )
