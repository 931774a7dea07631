"""From bytes to text, whatever the author's system wrote."""

from __future__ import annotations

import codecs
import re

from emr_steps.documents.refused import RefusedError

# Longer marks first: that of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Control characters that no text has; tab, line ends, form feed, escape (terminals) and end of file (DOS) do occur.
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x19\x1c-\x1f\x7f]")
_SAMPLE = 1 << 16
_BINARY_SHARE = 0.02
_LINE_END = re.compile(r"\r\n?")


def decode(data: bytes, declared: str | None = None) -> tuple[str, str]:
    """Decode text and name the encoding that was used.

    A byte order mark decides; then what was declared, if the bytes are valid in it; then UTF-8, if they are valid; and
    last Windows-1252 with Latin-1 for the five bytes that it leaves undefined, in which any bytes are valid. Unix line
    ends, and no null characters, which neither SQL nor Parquet's readers agree on.

    Raises
    ------
    RefusedError
        If the bytes are no text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _clean(data.decode(encoding, errors="replace")), encoding.removesuffix("-sig")
    if is_binary(data):
        raise RefusedError("binary: control characters that no text has")
    for candidate in (*([declared] if declared else []), "utf-8", "cp1252"):
        try:
            text = data.decode(candidate)
            # Some encodings, UTF-7 among them, can write halves of characters, which no UTF-8 holds.
            text.encode()
            return _clean(text), codecs.lookup(candidate).name
        except (LookupError, UnicodeError, ValueError):
            # Not this encoding, or one that Python does not know: the next one.
            continue
    return _clean(data.decode("latin-1")), "latin-1"


def is_binary(data: bytes) -> bool:
    """Tell whether bytes are no text: a null byte, or more than 2 % control characters in the first 64 KiB."""
    sample = data[:_SAMPLE]
    return b"\0" in sample or len(_CONTROLS.findall(sample)) > _BINARY_SHARE * len(sample)


def _clean(text: str) -> str:
    return _LINE_END.sub("\n", text).replace("\0", "")
