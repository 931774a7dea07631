from __future__ import annotations

import bz2
import gzip
import hashlib
import time
import tracemalloc

import pytest

from emr_steps.documents import document, markup, titles
from emr_steps.documents.refused import RefusedError

LIMIT = 1 << 20


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (".. SPDX-License-Identifier: GPL-2.0\n\n=====\nPSTORE\n=====\n\nText", "PSTORE"),
        ("Overview of things\n------------------\n\nText", "Overview of things"),
        ("Some words\n\n## A heading\ntext", "A heading"),
        ("A short first line\nand more", "A short first line"),
        ("long " * 100, ""),
        ("", ""),
    ],
)
def test_a_title_is_the_first_heading_or_a_short_first_line(text: str, title: str) -> None:
    assert titles.from_text(text) == title


def test_without_a_heading_the_name_of_the_file_is_the_title() -> None:
    found = document.read("speeches/1790_george-washington.txt.gz", gzip.compress(b"long " * 100), LIMIT)
    assert (found.title, found.kind) == ("1790 george washington", "text")


def test_html_is_known_by_its_name_or_its_beginning() -> None:
    page = b"<!-- made by hand -->\n<!DOCTYPE html><title>A  page</title><style>x</style><p>One<br>two<p>three"
    found = document.read("page", page, LIMIT)
    assert (found.title, found.kind, found.body) == ("A page", "html", "A page\nOne\ntwo\nthree")
    assert document.read("part.htm", b"<b>in</b>line", LIMIT).body == "inline"
    assert not markup.is_html("x.txt", "a < b and <b>")


def test_a_text_that_begins_with_many_comments_is_read_as_fast_as_any() -> None:
    started = time.process_time()
    assert not markup.is_html("x.md", "<!-- a line -->\n" * 22 + "text")
    assert time.process_time() - started < 0.1


def test_an_archive_of_many_empty_ones_takes_time_by_its_size_only() -> None:
    def seconds(members: int) -> float:
        started = time.process_time()
        with pytest.raises(RefusedError, match="empty"):
            document.read("a.gz", gzip.compress(b"") * members, LIMIT)
        return time.process_time() - started

    assert seconds(40_000) < 25 * seconds(5_000)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_a_small_archive_of_a_large_file_is_refused_before_it_is_in_memory(pack: object) -> None:
    suffix = ".gz" if pack is gzip.compress else ".bz2"
    packed = (gzip.compress if suffix == ".gz" else bz2.compress)(bytes(24 << 20))
    tracemalloc.start()
    with pytest.raises(RefusedError, match=r"too large: more than 1,048,576 bytes"):
        document.read(f"bomb{suffix}", packed, LIMIT)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 << 20


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.bz2", bz2.compress(b"words" * 99)[:-9]),
        ("a.bz2", b"none"),
        ("b.gz", gzip.compress(b"words" * 99)[:-9]),
        ("b.gz", b""),
    ],
    # The archives have the time in them; every test process must find the same names.
    ids=["cut bz2", "no bz2", "cut gz", "empty gz"],
)
def test_fails_for_archives_that_are_damaged_or_empty(name: str, data: bytes) -> None:
    with pytest.raises(RefusedError, match=r"damaged|empty"):
        document.read(name, data, LIMIT)


def test_what_breaks_a_reader_is_a_reason_and_does_not_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(data: bytes) -> bool:
        raise AssertionError("we should not get here")

    monkeypatch.setattr("emr_steps.documents.mail.is_mail", broken)
    with pytest.raises(RefusedError, match="unreadable: AssertionError: we should not get here"):
        document.read("a.txt", b"words", LIMIT)


@pytest.mark.parametrize(
    ("path", "label"),
    [("label=spam/1.txt", "spam"), ("2002/label=ham/x/1.txt", "ham"), ("1.txt", None), ("nolabel=x/1.txt", None)],
)
def test_a_label_is_a_folder_of_the_path(path: str, label: str | None) -> None:
    assert document.label_of(path) == label


def test_names_of_documents_are_stable_and_differ_between_collections() -> None:
    assert document.doc_id("mail", "a.txt") == hashlib.sha256(b"mail/a.txt").hexdigest()[:16]
    assert document.doc_id("mail", "a.txt") != document.doc_id("other", "a.txt")
