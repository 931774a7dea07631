"""Unpack single files by their name. No more of the result is read than a document may have."""

from __future__ import annotations

import io
import zlib
from bz2 import BZ2File
from gzip import GzipFile

from emr_steps.documents.refused import RefusedError


def unpacked(name: str, content: bytes, limit: int) -> tuple[str, bytes]:
    """Give a file's name without `.gz` or `.bz2`, and its bytes.

    Raises
    ------
    RefusedError
        If more than `limit` bytes come out, or the archive is damaged or ends early.
    """
    packed = io.BytesIO(content)
    try:
        if name.endswith(".gz"):
            name, content = name[:-3], GzipFile(fileobj=packed).read(limit + 1)
        elif name.endswith(".bz2"):
            name, content = name[:-4], BZ2File(packed).read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise RefusedError(f"damaged: {error}") from error
    if len(content) > limit:
        raise RefusedError(f"too large: more than {limit:,} bytes")
    return name, content
