"""Words of a statement, with their places: enough for Athena's DDL and for finding the parts of a statement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from laptop.emulator.athena.errors import QueryError

_TOKEN = re.compile(
    r"""
    (?P<space>\s+ | --[^\n]* | /\*.*?\*/)
  | '(?P<string>(?:[^']|'')*)'
  | "(?P<quoted>(?:[^"]|"")*)"
  | `(?P<backtick>[^`]*)`
  | (?P<word>[A-Za-z_][A-Za-z0-9_@$-]*(?<!-))
  | (?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)
  | (?P<punctuation>.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """One word: `kind` is string, quoted, backtick, word, number or punctuation; `text` is without quotes."""

    kind: str
    text: str
    start: int
    end: int

    def matches(self, word: str) -> bool:
        return self.kind in {"word", "punctuation"} and self.text.lower() == word.lower()


def tokens(sql: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(sql):
        kind = match.lastgroup or "punctuation"
        if kind != "space":
            text = match[kind]
            if kind == "string":
                text = text.replace("''", "'")
            elif kind == "quoted":
                text = text.replace('""', '"')
            yield Token(kind, text, match.start(), match.end())


class Cursor:
    """Reads a statement word by word."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self._tokens = list(tokens(sql))
        self._next = 0

    @property
    def done(self) -> bool:
        return self._next >= len(self._tokens)

    def peek(self, ahead: int = 0) -> Token | None:
        index = self._next + ahead
        return self._tokens[index] if index < len(self._tokens) else None

    def take(self) -> Token:
        token = self.peek()
        if token is None:
            raise self.error("<EOF>")
        self._next += 1
        return token

    def accept(self, *words: str) -> bool:
        """Consume the words if they come next, in this order."""
        if all((token := self.peek(i)) is not None and token.matches(word) for i, word in enumerate(words)):
            self._next += len(words)
            return True
        return False

    def expect(self, *words: str) -> None:
        if not self.accept(*words):
            token = self.peek()
            raise self.error(token.text if token else "<EOF>", " ".join(words).upper())

    def name(self) -> str:
        """Consume an identifier, quoted or not; Glue's names are lower case."""
        token = self.take()
        if token.kind not in {"word", "quoted", "backtick"}:
            raise self.error(token.text, "<identifier>")
        return token.text.lower()

    def string(self) -> str:
        token = self.take()
        if token.kind not in {"string", "quoted"}:
            raise self.error(token.text, "<string>")
        return token.text

    def table(self, database: str) -> tuple[str, str]:
        """Consume `[[catalog.]database.]table`."""
        parts = [self.name()]
        while self.accept("."):
            parts.append(self.name())
        return (parts[-2], parts[-1]) if len(parts) > 1 else (database, parts[0])

    def parenthesis(self) -> str:
        """Consume a balanced parenthesis and return the text in it."""
        opening = self.peek()
        self.expect("(")
        assert opening is not None
        depth = 1
        while depth:
            token = self.take()
            depth += token.matches("(") - token.matches(")")
        return self.sql[opening.end : token.start]

    def rest(self) -> str:
        """Return the text of everything that is left."""
        token = self.peek()
        return self.sql[token.start :] if token else ""

    def finish(self) -> None:
        token = self.peek()
        if token is not None:
            raise self.error(token.text)

    def error(self, got: str, expected: str | None = None) -> QueryError:
        suffix = f". Expecting: {expected}" if expected else ""
        token = self.peek()
        before = self.sql[: token.start if token else len(self.sql)]
        position = (before.count("\n") + 1, len(before) - before.rfind("\n"))
        return QueryError("SYNTAX_ERROR", f"mismatched input '{got}'{suffix}", position)
