"""Pages of a MediaWiki export: the format of Wikipedia's dumps (pages-articles.xml).

https://www.mediawiki.org/wiki/Help:Export
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree import ElementTree

from emr_steps.documents.refused import RefusedError

PAGE_END = "</page>"
_PAGE = "<page>"
_ROOT = re.compile(r"<mediawiki[\s>]")
# Innermost first: what is nested is removed in several rounds.
_NESTED = (re.compile(r"\{\{[^{}]*\}\}"), re.compile(r"\{\|(?:[^{|]|\{(?!\|)|\|(?!\}))*\|\}"))
_ROUNDS = 8
_FILE_LINK = re.compile(r"\[\[(?:File|Image|Category):[^\[\]]*(?:\[\[[^\[\]]*\]\][^\[\]]*)*\]\]", re.I)
# No pattern may look beyond the next beginning of the same: a page full of them would take time squared.
_REPLACED = (
    (re.compile(r"<!--(?:(?!<!--).)*?-->", re.S), ""),
    (re.compile(r"<(ref|math|gallery|timeline|score|syntaxhighlight)\b[^<>]*/>", re.I), " "),
    (re.compile(r"<(ref|math|gallery|timeline|score)\b[^<>]*>(?:(?!<\1\b).)*?</\1\s*>", re.I | re.S), " "),
    (re.compile(r"</?[a-zA-Z][^<>]*>"), " "),
)
_INLINE = (
    (re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]"), r"\1"),
    (re.compile(r"\[(?:https?:|//)[^\s\[\]]+(?:\s+([^\[\]]*))?\]"), r"\1"),
    (re.compile(r"'{2,5}"), ""),
    (re.compile(r"^=+\s*(.*?)\s*=+\s*$", re.M), r"\1"),
    (re.compile(r"^[*#:;]+\s*", re.M), ""),
    (re.compile(r"[^\S\n]+"), " "),
    (re.compile(r" ?\n[ \n]*\n ?"), "\n\n"),
)


class SkippedPage(Exception):  # noqa: N818 - nothing is wrong with such a page
    """A page that is no article, by its reason: `redirect` or `namespace`."""


@dataclass(frozen=True)
class Page:
    """An article: its number in the wiki, its title, and its text without markup."""

    number: str
    title: str
    text: str


def is_dump(head: str) -> bool:
    """Tell whether a file begins as a MediaWiki export does."""
    return bool(_ROOT.search(head[:4096]))


def read_page(record: str) -> Page | None:
    """Read what lies before a `</page>` of the export; None if no page begins there, as after the last one.

    Raises
    ------
    SkippedPage
        If the page is a redirect, or lies outside of the namespace of articles.
    RefusedError
        If it cannot be read, or holds no text.
    """
    start = record.find(_PAGE)
    if start < 0:
        return None
    try:
        page = ElementTree.fromstring(record[start:] + PAGE_END)  # noqa: S314 - a page can declare no entities
    except ElementTree.ParseError as error:
        raise RefusedError(f"damaged: not a page of a MediaWiki export: {error}") from error
    if page.find("redirect") is not None:
        raise SkippedPage("redirect")
    if page.findtext("ns", "0").strip() != "0":
        raise SkippedPage("namespace")
    title = page.findtext("title", "").strip()
    text = plain(page.findtext("revision/text") or "")
    if not text:
        raise RefusedError("empty: no text in it")
    return Page(page.findtext("id", "").strip(), title, f"{title}\n\n{text}")


def plain(markup: str) -> str:
    """Take templates, tables, references, files, links and formatting from wikitext; the words stay."""
    for pattern, replacement in _REPLACED:
        markup = pattern.sub(replacement, markup)
    for pattern in _NESTED:
        for _ in range(_ROUNDS):
            markup, found = pattern.subn(" ", markup)
            if not found:
                break
    markup = _FILE_LINK.sub(" ", markup)
    for pattern, replacement in _INLINE:
        markup = pattern.sub(replacement, markup)
    return markup.strip()
