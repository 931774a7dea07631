"""Write results into docs/benchmarks.md, between the markers of their section."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

FILE = Path(__file__).parent.parent / "docs" / "benchmarks.md"


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; all columns but the first are set to the right."""
    lines = [headings, ["---", *["---:"] * (len(headings) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write(section: str, text: str, file: Path = FILE) -> None:
    """Replace a section.

    Raises
    ------
    ValueError
        If the file lacks the markers of the section.
    """
    begin, end = f"<!-- begin {section} -->", f"<!-- end {section} -->"
    old = file.read_text(encoding="utf-8")
    if old.count(begin) != 1 or old.count(end) != 1:
        raise ValueError(f"{file} must hold {begin} and {end} once each")
    head, _, rest = old.partition(begin)
    file.write_text(f"{head}{begin}\n{text.strip()}\n{end}{rest.partition(end)[2]}", encoding="utf-8")
