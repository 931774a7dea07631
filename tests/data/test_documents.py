"""Files of a collection become documents or go to the quarantine, and none is lost."""

from __future__ import annotations

import bz2
import gzip
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from emr_steps.documents import document, inputs, publish, step
from tests.data import stepping
from tests.data.conftest import Lake

pytestmark = pytest.mark.spark

MAIL = b"""From rssfeeds@jmason.org  Mon Sep 30 13:43:46 2002
Return-Path: <rssfeeds@jmason.org>
From: boingboing <rssfeeds@example.com>
To: zzzz@example.com
Subject: =?iso-8859-1?Q?Caf=E9?= for
 everyone
Content-Type: text/html; charset="iso-8859-1"
Date: Mon, 30 Sep 2002 08:00:05 -0000

<html><style>b {}</style><p>Free <b>coffee</b> at the caf\xe9</html>
"""
DUMP = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11">
  <siteinfo><sitename>Test</sitename></siteinfo>
  <page><title>Anarchism</title><ns>0</ns><id>12</id><revision><id>7</id>
    <text xml:space="preserve">'''Anarchism''' is a [[philosophy|way of thought]].&lt;ref&gt;A book&lt;/ref&gt;</text>
  </revision></page>
  <page><title>Old name</title><ns>0</ns><id>13</id><redirect title="Anarchism" />
    <revision><text>x</text></revision></page>
  <page><title>Talk:Anarchism</title><ns>1</ns><id>14</id><revision><text>Talk</text></revision></page>
  <page><title>Empty</title><ns>0</ns><id>15</id><revision><text></text></revision></page>
</mediawiki>
"""


def put(lake: Lake, name: str, content: bytes | str, collection: str = "test") -> None:
    path = lake.folder("raw") / "documents" / f"collection={collection}" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def run(lake: Lake, collection: str = "test", run_id: str = "run-1", **options: str) -> None:
    stepping.run(step, lake, collection, run_id, **options)


def read(folder: Path, columns: str) -> list[tuple[Any, ...]]:
    files = [str(file) for file in folder.rglob("*.parquet")]
    return sorted(duckdb.connect().execute(f"select {columns} from read_parquet(?)", [files]).fetchall())


def found(lake: Lake, columns: str = "path, body", collection: str = "test") -> list[tuple[Any, ...]]:
    return read(lake.folder("curated") / "documents" / f"collection={collection}", columns)


def refused(lake: Lake, collection: str = "test") -> dict[str, str]:
    folder = lake.folder("failures") / "quarantine/source_table=documents" / f"scope=collection-{collection}"
    rows = read(folder, "source_file, reasons[1]")
    return {name.removeprefix(f"documents/collection={collection}/"): reason for name, reason in rows}


def facts(lake: Lake, collection: str = "test") -> dict[str, Any]:
    record = lake.folder("curated") / "documents" / f"collection={collection}" / publish.RECORD
    return dict(json.loads(record.read_text())["facts"])


def test_every_input_becomes_a_document_or_is_quarantined_with_its_reason(lake: Lake) -> None:
    large = 2 << 20
    put(lake, "label=ham/1.txt", "Title\n=====\nGrüße an alle\r\nzweite Zeile")
    put(lake, "label=spam/mail", MAIL)
    put(lake, "latin.txt", "Fußgänger überall".encode("latin-1"))
    put(lake, "wide.txt", "Žluťoučký kůň".encode("utf-16"))
    put(lake, "packed.txt.gz", gzip.compress(b"packed once") + gzip.compress(b" and twice"))
    put(lake, "term.txt", "x" * 1_000_000 + " end")
    put(lake, "folder/with #, % and ?.txt", "odd name")
    put(lake, "empty.txt", "")
    put(lake, "blank.txt", " \n\t\n")
    put(lake, "signs.txt", "--- !!! ---")
    put(lake, "image.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    put(lake, "short.txt.gz", gzip.compress(b"cut off" * 100)[:-12])
    put(lake, "wrong.txt.gz", b"no gzip at all")
    put(lake, "bomb.txt.gz", gzip.compress(b"a " * large))
    put(lake, "huge.txt", b"b " * large)
    put(lake, "_draft/notes.txt", "hidden by Hadoop's rule")
    run(lake, max_document_mib="2")

    assert dict(found(lake, "path, left(body, 40)")) == {
        "label=ham/1.txt": "Title\n=====\nGrüße an alle\nzweite Zeile",
        "label=spam/mail": "Café for everyone\n\nFree coffee at the ca",
        "latin.txt": "Fußgänger überall",
        "wide.txt": "Žluťoučký kůň",
        "packed.txt.gz": "packed once and twice",
        "term.txt": "x" * 40,
        "folder/with #, % and ?.txt": "odd name",
    }
    assert {name: reason.split(":")[0] for name, reason in refused(lake).items()} == {
        "empty.txt": "empty",
        "blank.txt": "empty",
        "signs.txt": "empty",
        "image.png": "binary",
        "short.txt.gz": "damaged",
        "wrong.txt.gz": "damaged",
        "bomb.txt.gz": "too large",
        "huge.txt": "too large",
        "_draft/notes.txt": "hidden",
    }
    assert facts(lake) | {"bytes": 0} == {"inputs": 16, "documents": 7, "quarantined": 9, "skipped": 0, "bytes": 0}
    columns = "path, title, label, kind, encoding, bytes, doc_id"
    assert [row for row in found(lake, columns) if row[0].startswith("label=")] == [
        ("label=ham/1.txt", "Title", "ham", "text", "utf-8", 41, document.doc_id("test", "label=ham/1.txt")),
        (
            "label=spam/mail",
            "Café for everyone",
            "spam",
            "mail",
            "iso8859-1",
            len(MAIL),
            document.doc_id("test", "label=spam/mail"),
        ),
    ]


@pytest.mark.parametrize(("name", "pack"), [("pages.xml", bytes), ("pages.xml.bz2", bz2.compress)])
def test_a_dump_of_a_wiki_becomes_one_document_per_article(lake: Lake, name: str, pack: Any) -> None:
    put(lake, name, pack(DUMP.encode()))
    put(lake, "notes.xml", "<notes>An ordinary file</notes>")
    run(lake)
    assert found(lake, "path, title, kind, body") == [
        ("notes.xml", "<notes>An ordinary file</notes>", "text", "<notes>An ordinary file</notes>"),
        (f"{name}#12", "Anarchism", "wiki", "Anarchism\n\nAnarchism is a way of thought."),
    ]
    assert refused(lake) == {f"{name}#15": "empty: no text in it"}
    assert facts(lake)["skipped"] == 2


@pytest.mark.parametrize("pack", [bytes, bz2.compress])
def test_a_dump_is_split_among_tasks_and_loses_no_page(lake: Lake, monkeypatch: pytest.MonkeyPatch, pack: Any) -> None:
    template = "<page><title>T{0}</title><ns>0</ns><id>{0}</id><revision><text>{1}</text></revision></page>\n"
    words = [" ".join(f"w{(number * 7919 + n * n) % 100_003:x}" for n in range(900)) for number in range(400)]
    pages = (template.format(number, text) for number, text in enumerate(words))
    put(
        lake,
        "wiki.xml.bz2" if pack is bz2.compress else "wiki.xml",
        pack(f"<mediawiki>{''.join(pages)}</mediawiki>".encode()),
    )
    size = next((lake.folder("raw") / "documents/collection=test").iterdir()).stat().st_size
    monkeypatch.setitem(step.SETTINGS, "spark.sql.files.maxPartitionBytes", str(size // 5))
    run(lake)
    assert [
        (title, body.split("\n\n")[1])
        for title, body in sorted(found(lake, "title, body"), key=lambda row: int(row[0][1:]))
    ] == [(f"T{number}", text) for number, text in enumerate(words)]


def test_many_small_files_are_read_in_few_tasks(lake: Lake, spark: Any) -> None:
    for number in range(300):
        put(lake, f"{number}.txt", f"document {number}")
    run(lake)
    session = spark.newSession()
    for key, value in inputs.SETTINGS.items():
        session.conf.set(key, value)
    listed = inputs.find(session, f"s3://{lake.raw}/documents/collection=test", inputs.AUTO, 1 << 20)
    assert listed.files.rdd.getNumPartitions() <= 3
    assert len(found(lake)) == 300


def test_a_second_run_replaces_the_collection_and_its_quarantine_and_no_other(lake: Lake) -> None:
    put(lake, "a.txt", "first")
    put(lake, "bad.txt", "")
    put(lake, "a.txt", "another collection", collection="other")
    run(lake)
    run(lake, "other")
    put(lake, "a.txt", "changed")
    put(lake, "bad.txt", "repaired")
    run(lake)
    assert found(lake) == [("a.txt", "changed"), ("bad.txt", "repaired")]
    assert refused(lake) == {}
    assert found(lake, collection="other") == [("a.txt", "another collection")]
    assert not list((lake.folder("curated") / "_staging").rglob("*.parquet"))


def test_documents_can_come_from_another_place_and_are_the_same(lake: Lake, tmp_path: Path) -> None:
    put(lake, "folder/a.txt", "words")
    run(lake)
    expected = found(lake, "doc_id, path")
    copied = tmp_path / "hdfs"
    (lake.folder("raw") / "documents/collection=test").rename(copied)
    run(lake, source=f"file://{copied}/")
    assert found(lake, "doc_id, path") == expected


def test_fails_for_an_empty_collection_and_keeps_what_was_published(lake: Lake) -> None:
    put(lake, "a.txt", "words")
    run(lake)
    (lake.folder("raw") / "documents/collection=test/a.txt").unlink()
    with pytest.raises(ValueError, match=r"must hold at least one file; found none below s3://raw-\d+/documents/coll"):
        run(lake)
    assert found(lake) == [("a.txt", "words")]


@pytest.mark.parametrize(("name", "content", "reason"), [("a.bin", b"\0\1", "binary"), ("_SUCCESS", b"", "hidden")])
def test_fails_when_no_input_is_a_document_and_says_where_the_reasons_are(
    lake: Lake, name: str, content: bytes, reason: str
) -> None:
    put(lake, name, content)
    with pytest.raises(ValueError, match="none of the 1 inputs is a document; see the table quarantine"):
        run(lake)
    assert refused(lake)[name].startswith(reason)
    assert not (lake.folder("curated") / "documents").exists()


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("collection", "My Mails", "must match"),
        ("colour", "red", "unrecognized arguments"),
        ("format", "pdf", "choice"),
    ],
)
def test_fails_for_an_argument_that_it_does_not_know(
    lake: Lake, option: str, value: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run(lake, **{option: value})
    assert message in capsys.readouterr().err
