"""What a document is called when nothing says so."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

LONGEST = 160
_HEADING = re.compile(
    r"^(?:(?P<over>[=\-~#*^\"'`+.:_])(?P=over){2,}\n)? ?(?P<title>\S.*)\n(?P<under>[=\-~#*^\"'`+.:_])(?P=under){2,} *$",
    re.M,
)
_MARKDOWN = re.compile(r"^#{1,6} +(\S.*)$", re.MULTILINE)
_DIRECTIVE = re.compile(r"^(?:\.\.|:[\w -]+:|[=\-~#*_]{3,})")
_HEAD = 1 << 14


def from_text(text: str) -> str:
    """Give the first heading of reStructuredText or Markdown, or the first line if it is short; else nothing."""
    head = text[:_HEAD]
    for pattern, group in ((_HEADING, "title"), (_MARKDOWN, 1)):
        if found := pattern.search(head):
            return found[group].strip()[:LONGEST]
    first = next((line.strip() for line in head.splitlines() if line.strip() and not _DIRECTIVE.match(line)), "")
    return first if len(first) <= LONGEST else ""


def from_name(path: str) -> str:
    """Make words of a file's name."""
    return PurePosixPath(path).stem.replace("_", " ").replace("-", " ").strip()
