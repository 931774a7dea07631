"""One input of a collection as a document, or the reason why it is none."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from emr_steps.documents import mail, markup, titles
from emr_steps.documents.decoding import decode
from emr_steps.documents.packing import unpacked
from emr_steps.documents.refused import RefusedError

_LABEL = re.compile(r"(?:^|/)label=([^/]+)/")
_WORD = re.compile(r"\w")


@dataclass(frozen=True)
class Document:
    """Text of one input. `kind` is text, mail, html or wiki; `encoding` what its bytes were decoded with."""

    title: str
    kind: str
    encoding: str
    body: str


def doc_id(collection: str, path: str) -> str:
    """Give the stable name of a document: 64 bits of a hash, as 16 hexadecimal digits.

    Two of ten million documents share one with a probability of 3 in a million; the step finds out and fails.
    """
    return hashlib.sha256(f"{collection}/{path}".encode()).hexdigest()[:16]


def label_of(path: str) -> str | None:
    """Give the label that the path carries, as in `label=spam/2002/1.txt`."""
    found = _LABEL.search(path)
    return found[1] if found else None


def read(path: str, content: bytes, limit: int) -> Document:
    """Read a file as text, mail or HTML, unpacking it first if its name says so.

    Parameters
    ----------
    path
        Path of the file within its collection.
    content
        Its bytes.
    limit
        The most bytes that a document may have, unpacked.

    Raises
    ------
    RefusedError
        If the file is empty, binary, damaged or too large, or has no word in it.
    """
    try:
        name, data = unpacked(path, content, limit)
        document = _parsed(name, data)
    except RefusedError:
        raise
    except Exception as error:  # A single input must not end a run over millions; its fate is in the quarantine.
        raise RefusedError(f"unreadable: {type(error).__name__}: {error}") from error
    if not _WORD.search(document.body):
        raise RefusedError("empty: no word in it")
    return document


def _parsed(name: str, data: bytes) -> Document:
    if not data.strip():
        raise RefusedError("empty: no text in it")
    if mail.is_mail(data):
        message = mail.read(data)
        return Document(message.subject or titles.from_name(name), "mail", message.encoding, message.text)
    text, encoding = decode(data)
    if markup.is_html(name, text):
        title, body = markup.strip(text)
        return Document(title or titles.from_name(name), "html", encoding, body)
    return Document(titles.from_text(text) or titles.from_name(name), "text", encoding, text)
