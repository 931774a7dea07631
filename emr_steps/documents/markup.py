"""HTML: its title and the text that a reader sees."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_BEGINS = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_SILENT = {"script", "style", "template", "noscript"}
# Elements that stand in the line; all others end a word.
_INLINE = {"a", "abbr", "b", "big", "code", "em", "font", "i", "kbd", "mark", "s", "small", "span", "strong", "sub"}
_INLINE |= {"sup", "tt", "u", "wbr"}
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n[ \n]*")


def is_html(name: str, text: str) -> bool:
    """Tell whether a text is HTML, by its name or by how it begins."""
    return name.lower().endswith((".html", ".htm", ".xhtml")) or bool(_BEGINS.match(text[:4096]))


def strip(text: str) -> tuple[str, str]:
    """Give title and text; entities are decoded, scripts and styles are left out."""
    parser = _Text()
    parser.feed(text)
    parser.close()
    body = _LINES.sub("\n", _BLANKS.sub(" ", "".join(parser.parts))).strip()
    return " ".join("".join(parser.title).split()), body


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.title: list[str] = []
        self._silent = self._in_title = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        self._in_title += tag == "title"
        if tag not in _INLINE:
            self.parts.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # An element that ends at once opens nothing, whatever its name.
        if tag not in _INLINE:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in _SILENT))
        self._in_title = max(0, self._in_title - (tag == "title"))
        if tag not in _INLINE:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._in_title:
            self.title.append(data)
        self.parts.append(data)
