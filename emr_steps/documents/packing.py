"""Unpack single files by their name. How large the result may be is decided before it is in memory."""

from __future__ import annotations

import bz2
import zlib

from emr_steps.documents.refused import RefusedError


def unpacked(name: str, content: bytes, limit: int) -> tuple[str, bytes]:
    """Give a file's name without `.gz` or `.bz2`, and its bytes.

    Raises
    ------
    RefusedError
        If more than `limit` bytes come out, or the archive is damaged or ends early.
    """
    if name.endswith(".gz"):
        name, content = name[:-3], _gunzip(content, limit)
    elif name.endswith(".bz2"):
        name, content = name[:-4], _bunzip(content, limit)
    if len(content) > limit:
        raise RefusedError(f"too large: more than {limit:,} bytes")
    return name, content


def _gunzip(content: bytes, limit: int) -> bytes:
    """Unpack all members of a gzip file."""
    parts, size = [], 0
    while content:
        member = zlib.decompressobj(wbits=31)
        try:
            parts.append(member.decompress(content, limit + 1 - size))
        except zlib.error as error:
            raise RefusedError(f"damaged: {error}") from error
        size += len(parts[-1])
        if size > limit:
            break
        if not member.eof:
            raise RefusedError("damaged: the gzip file ends early")
        content = member.unused_data.lstrip(b"\0")
    return b"".join(parts)


def _bunzip(content: bytes, limit: int) -> bytes:
    """Unpack all streams of a bzip2 file."""
    parts, size = [], 0
    while content:
        stream = bz2.BZ2Decompressor()
        try:
            parts.append(stream.decompress(content, limit + 1 - size))
        except OSError as error:
            raise RefusedError(f"damaged: {error}") from error
        size += len(parts[-1])
        if size > limit:
            break
        if not stream.eof:
            raise RefusedError("damaged: the bzip2 file ends early")
        content = stream.unused_data
    return b"".join(parts)
