from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import document
from benchmarks.__main__ import SECTIONS


def test_a_section_is_replaced_and_the_others_stay(tmp_path: Path) -> None:
    file = tmp_path / "benchmarks.md"
    file.write_text("head\n<!-- begin a -->\nold\n<!-- end a -->\nmiddle\n<!-- begin b -->\nb\n<!-- end b -->\n")
    document.write("a", "new\n", file)
    assert (
        file.read_text() == "head\n<!-- begin a -->\nnew\n<!-- end a -->\nmiddle\n<!-- begin b -->\nb\n<!-- end b -->\n"
    )


def test_fails_if_the_section_has_no_place(tmp_path: Path) -> None:
    file = tmp_path / "benchmarks.md"
    file.write_text("nothing")
    with pytest.raises(ValueError, match="must hold <!-- begin a --> and <!-- end a --> once each"):
        document.write("a", "new", file)


def test_every_section_has_its_place_in_the_document() -> None:
    text = document.FILE.read_text(encoding="utf-8")
    assert all(f"<!-- begin {name} -->" in text and f"<!-- end {name} -->" in text for name in SECTIONS)
