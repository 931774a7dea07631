"""Write collections of text as raw files, laid out as the raw zone wants them.

`<folder>/documents/collection=<name>/<path>`: what follows the folder is the key in the raw bucket.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from datasets import files
from datasets.corpora import Corpus, documents
from datasets.prepare import RawFile

TEXT = "text"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


def prepare_text(
    corpora: tuple[Corpus, ...], archives: Mapping[str, Path], folder: Path, *, collection: str | None = None
) -> list[RawFile]:
    """Write the documents of some collections.

    Parameters
    ----------
    corpora
        The collections.
    archives
        The fetched archive of each package, by the package's name.
    folder
        Where the files are written.
    collection
        Put all of them into one collection of this name instead, each in a folder of its own.

    Raises
    ------
    ValueError
        If an archive does not hold as many documents as it should.
    """
    written: list[RawFile] = []
    for corpus in corpora:
        start = prefix(collection or corpus.collection) + (f"{corpus.collection}/" if collection else "")
        keys = []
        for path, content in documents(corpus, archives[corpus.package.name]):
            keys.append(start + path)
            written.append(RawFile(TEXT, files.write(folder / keys[-1], content), keys[-1]))
        if len(keys) != corpus.documents:
            raise ValueError(
                f"{corpus.collection}: {corpus.package.file} must hold {corpus.documents} documents; got {len(keys)}"
            )
    return sorted(written, key=lambda file: file.key)


def prefix(collection: str) -> str:
    """Give the prefix of a collection's keys in the raw bucket.

    Raises
    ------
    ValueError
        If the name is not one that partitions and SQL can carry as it is.
    """
    if not _NAME.fullmatch(collection):
        raise ValueError(f"a collection's name must match {_NAME.pattern}; got {collection!r}")
    return f"documents/collection={collection}/"
