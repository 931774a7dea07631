from __future__ import annotations

import time

import pytest

from emr_steps.documents import wiki
from emr_steps.documents.refused import RefusedError


def page(text: str, ns: str = "0", more: str = "") -> str:
    head = f"<title>T &amp; U</title><ns>{ns}</ns><id>12</id>{more}"
    return f"\n<page>{head}<revision><id>1</id><text>{text}</text></revision>"


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("'''Bold''' and ''italic''", "Bold and italic"),
        (
            "a [[link]], a [[target|named link]], [http://x.org a site] and [http://x.org]",
            "a link, a named link, a site and",
        ),
        ("{{Infobox|a={{nested|{{deeper}}}}}}Text{{cite}}", "Text"),
        ("before\n{| class=wikitable\n| cell {{x}}\n|}\nafter", "before\n\nafter"),
        ("fact<ref name=x>A [[book]]</ref> and<ref name=y /> more<br/>here", "fact and more here"),
        ("[[File:a.jpg|thumb|A [[caption]] here]]Text\n[[Category:Things]]", "Text"),
        ("== Heading ==\n* one\n# two", "Heading\none\ntwo"),
        ("<!-- not\nshown -->shown <math>x^2</math>", "shown"),
    ],
)
def test_words_stay_and_markup_goes(markup: str, words: str) -> None:
    assert wiki.plain(markup) == words


def test_a_page_has_its_number_its_title_and_its_text() -> None:
    found = wiki.read_page(page("Text with &lt;b&gt;tags&lt;/b&gt; &amp;amp; more"))
    assert found == wiki.Page("12", "T & U", "T & U\n\nText with tags &amp; more")


def test_after_the_last_page_there_is_none() -> None:
    assert wiki.read_page("\n</mediawiki>\n") is None


@pytest.mark.parametrize(
    ("record", "reason"), [(page("x", ns="1"), "namespace"), (page("x", more='<redirect title="Y" />'), "redirect")]
)
def test_redirects_and_talk_are_skipped(record: str, reason: str) -> None:
    with pytest.raises(wiki.SkippedPage, match=reason):
        wiki.read_page(record)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (page("{{only a template}}"), "empty: no text in it"),
        (page("").replace("<ns>", "<ns"), "damaged: not a page"),
        (page("&undeclared;"), "damaged: not a page"),
    ],
)
def test_fails_for_pages_that_cannot_be_read(record: str, reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        wiki.read_page(record)


@pytest.mark.parametrize(
    "piece",
    ["{{", "[[", "{|", "<ref", "<ref>", "<ref />", "<!--", "'", "[[File:", "[http://x ", "<a", "=", "\n", " ", "== x"],
)
def test_time_grows_with_hostile_markup_and_not_with_its_square(piece: str) -> None:
    start = time.process_time()
    wiki.plain(piece * 20_000)
    assert time.process_time() - start < 3


@pytest.mark.parametrize(
    ("head", "expected"), [("<mediawiki xmlns=", True), ("<?xml?><mediawiki>", True), ("<wiki>", False)]
)
def test_a_dump_is_known_by_its_root(head: str, expected: bool) -> None:
    assert wiki.is_dump(head) is expected
