"""Internet mail (RFC 5322, MIME): its subject and the text that a reader sees."""

from __future__ import annotations

import email
import re
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

from emr_steps.documents import markup
from emr_steps.documents.decoding import decode
from emr_steps.documents.refused import RefusedError

_HEAD = 1 << 16
_FIRST_LINE = re.compile(rb"(?:From \S+ |[A-Za-z][A-Za-z0-9-]*:)")
_FROM = re.compile(rb"^(?:From|Return-Path):", re.MULTILINE | re.IGNORECASE)
_OTHER = re.compile(rb"^(?:Received|Message-ID|Date|Delivered-To):", re.MULTILINE | re.IGNORECASE)
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Mail:
    """Subject, text with the subject as its first line, and the encodings of the text's parts."""

    subject: str
    text: str
    encoding: str


def is_mail(data: bytes) -> bool:
    """Tell whether a file begins with the headers of a mail."""
    if not _FIRST_LINE.match(data):
        return False
    head = re.split(rb"\r?\n\r?\n", data[:_HEAD], maxsplit=1)[0]
    return bool(_FROM.search(head) and _OTHER.search(head))


def read(data: bytes) -> Mail:
    """Read a mail. Attachments, and all that is no text, are left out; of alternatives the plain one is read.

    Raises
    ------
    RefusedError
        If there is neither a subject nor a text.
    """
    message = email.message_from_bytes(data)
    subject = _subject(message)
    found = list(_texts(message))
    text = "\n\n".join(part for part in (subject, *(text for text, _ in found)) if part)
    if not text:
        raise RefusedError("empty: a mail without subject and text")
    return Mail(subject, text, ",".join(sorted({encoding for _, encoding in found})) or "ascii")


def _texts(part: Message) -> list[tuple[str, str]]:
    """Text and encoding of each part that is shown."""
    if part.is_multipart():
        children = [child for child in part.get_payload() if isinstance(child, Message)]
        if part.get_content_type() == "multipart/alternative":
            return _alternative(children)
        return [found for child in children for found in _texts(child)]
    if part.get_content_maintype() != "text" or part.get_content_disposition() == "attachment":
        return []
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes) or not payload.strip():
        return []
    try:
        text, encoding = decode(payload, _charset(part))
    except RefusedError:
        # A part that says it is text and is not: the rest of the mail still counts.
        return []
    if part.get_content_subtype() == "html" or markup.is_html("", text):
        text = markup.strip(text)[1]
    text = text.strip()
    return [(text, encoding)] if text else []


def _alternative(children: list[Message]) -> list[tuple[str, str]]:
    plain = [child for child in children if child.get_content_type() == "text/plain"]
    for child in (*plain, *children):
        if found := _texts(child):
            return found
    return []


def _charset(part: Message) -> str | None:
    """Name what the mail declares, unless it is what mailers write who do not know."""
    declared = part.get_content_charset()
    return None if declared in {None, "us-ascii", "ascii", "unknown-8bit", "default_charset"} else declared


def _subject(message: Message) -> str:
    raw = message.get("Subject")
    if raw is None:
        return ""
    try:
        parts = decode_header(str(raw) if isinstance(raw, str) else raw)
    except HeaderParseError:
        return _SPACE.sub(" ", str(raw)).strip()
    words = (part if isinstance(part, str) else _word(part, charset) for part, charset in parts)
    return _SPACE.sub(" ", "".join(words)).strip()


def _word(part: bytes, charset: str | None) -> str:
    try:
        return decode(part, charset)[0]
    except RefusedError:
        return ""
