"""Parsing of the Data Quality Definition Language.

Source: Glue developer guide, "Data Quality Definition Language (DQDL) reference". Not here: composite rules that nest,
dynamic rules (`last(10)`), variables, labels, DataSources; analyzers are read and left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""\s*(?:\#[^\n]*\s*)*(
        "(?:[^"\\]|\\.)*" | -?\d+(?:\.\d+)?(?:[eE][+-]?\d+)? | [A-Za-z_]\w*(?:\(\))? | >=|<=|!=|[=<>()\[\],+-]
    )""",
    re.VERBOSE,
)
COMPARISONS = ("=", "!=", ">", ">=", "<", "<=")
KEYWORD_VALUES = ("NULL", "EMPTY", "WHITESPACES_ONLY")


class DqdlError(ValueError):
    """The ruleset is not DQDL, or DQDL that is not read here."""


@dataclass(frozen=True)
class Value:
    """An operand: `kind` is number, string, keyword (NULL ...) or now (an offset in seconds)."""

    kind: str
    text: str


@dataclass(frozen=True)
class Condition:
    """What a metric or the values of a column must satisfy."""

    operator: str
    values: tuple[Value, ...]

    def holds(self, metric: float) -> bool:
        """Tell whether a number satisfies the condition; both ends of `between` are outside."""
        numbers = [float(value.text) for value in self.values]
        outcomes = {
            "=": lambda: metric == numbers[0],
            "!=": lambda: metric != numbers[0],
            ">": lambda: metric > numbers[0],
            ">=": lambda: metric >= numbers[0],
            "<": lambda: metric < numbers[0],
            "<=": lambda: metric <= numbers[0],
            "between": lambda: numbers[0] < metric < numbers[1],
            "not between": lambda: not numbers[0] < metric < numbers[1],
            "in": lambda: metric in numbers,
            "not in": lambda: metric not in numbers,
        }
        return outcomes[self.operator]()


@dataclass(frozen=True)
class Rule:
    """One rule; `parts` are those of a composite one, joined by `joined` (and, or)."""

    kind: str
    names: tuple[str, ...]
    condition: Condition | None
    threshold: Condition | None
    where: str
    text: str
    parts: tuple[Rule, ...] = ()


def parse(ruleset: str) -> tuple[Rule, ...]:
    """Return the rules of a ruleset.

    Raises
    ------
    DqdlError
        It is not `Rules = [...]`, or has something that is not read here.
    """
    return _Parser(ruleset).ruleset()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[tuple[str, int, int]] = []
        position = 0
        while position < len(text.rstrip()):
            match = _TOKEN.match(text, position)
            if not match:
                if re.fullmatch(r"\s*(#[^\n]*\s*)*", text[position:]):
                    break
                raise DqdlError(f"a ruleset must be DQDL; got {text[position : position + 40]!r}")
            self._tokens.append((match[1], match.start(1), match.end(1)))
            position = match.end()
        self._next = 0

    def ruleset(self) -> tuple[Rule, ...]:
        rules: tuple[Rule, ...] = ()
        while self._next < len(self._tokens):
            section = self._take()
            self._expect("=")
            found = self._section(section)
            rules += found if section == "Rules" else ()
        if not rules:
            raise DqdlError("a ruleset must have Rules = [...] with one rule at least")
        return rules

    def _section(self, name: str) -> tuple[Rule, ...]:
        if name not in {"Rules", "Analyzers"}:
            raise DqdlError(f"a ruleset must have Rules and Analyzers; got {name}")
        self._expect("[")
        rules = []
        while self._peek() != "]":
            rules.append(self._composite() if self._peek() == "(" else self._rule())
            if self._peek() == ",":
                self._take()
        self._expect("]")
        return tuple(rules)

    def _composite(self) -> Rule:
        start = self._tokens[self._next][1]
        parts, joined = [], ""
        while True:
            self._expect("(")
            parts.append(self._rule())
            self._expect(")")
            word = self._peek().lower()
            if word not in {"and", "or"}:
                break
            if joined and word != joined:
                raise DqdlError("a composite rule must be joined by one of and, or; got both")
            joined = word
            self._take()
        text = self._text[start : self._tokens[self._next - 1][2]]
        return Rule(joined or "and", (), None, None, "", text, tuple(parts))

    def _rule(self) -> Rule:
        kind = self._take()
        start = self._tokens[self._next - 1][1]
        names = []
        while self._peek().startswith('"'):
            names.append(_unquote(self._take()))
        condition = self._condition()
        where = threshold = None
        while self._peek().lower() in {"with", "where"}:
            if self._take().lower() == "where":
                where = _unquote(self._take())
            else:
                self._expect("threshold")
                threshold = self._condition()
        text = self._text[start : self._tokens[self._next - 1][2]]
        return Rule(kind, tuple(names), condition, threshold, where or "", text)

    def _condition(self) -> Condition | None:
        word = self._peek().lower()
        negated = word == "not"
        if negated:
            self._take()
            word = self._peek().lower()
        prefix = "not " if negated else ""
        if word in COMPARISONS and not negated:
            return Condition(self._take(), (self._value(),))
        if word == "between":
            self._take()
            low = self._value()
            self._expect("and")
            return Condition(f"{prefix}between", (low, self._value()))
        if word == "in":
            self._take()
            return Condition(f"{prefix}in", self._list())
        if word == "matches":
            self._take()
            return Condition(f"{prefix}matches", (Value("string", _unquote(self._take())),))
        if negated:
            raise DqdlError(f"not must be followed by in, between or matches; got {word!r}")
        return None

    def _list(self) -> tuple[Value, ...]:
        self._expect("[")
        values = []
        while self._peek() != "]":
            values.append(self._value())
            if self._peek() == ",":
                self._take()
        self._expect("]")
        return tuple(values)

    def _value(self) -> Value:
        token = self._take()
        if token.startswith('"'):
            return Value("string", _unquote(token))
        if token.upper() in KEYWORD_VALUES:
            return Value("keyword", token.upper())
        if re.fullmatch(r"-?\d.*", token):
            return Value("number", token)
        if token in {"(", "now()"}:
            return self._moment(enclosed=token.startswith("("))
        raise DqdlError(f"an operand must be a number, a string, a keyword or now(); got {token!r}")

    def _moment(self, *, enclosed: bool) -> Value:
        if enclosed:
            self._expect("now()")
        seconds = 0.0
        if self._peek() in {"+", "-"}:
            sign = self._take()
            amount, unit = float(self._take()), self._take().rstrip("s")
            seconds = amount * {"minute": 60, "hour": 3600, "day": 86400}[unit] * (1 if sign == "+" else -1)
        if enclosed:
            self._expect(")")
        return Value("now", str(seconds))

    def _peek(self) -> str:
        return self._tokens[self._next][0] if self._next < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        if not token:
            raise DqdlError("a ruleset must end with ]")
        self._next += 1
        return token

    def _expect(self, token: str) -> None:
        got = self._take()
        if got.lower() != token.lower():
            raise DqdlError(f"expected {token!r} in the ruleset; got {got!r}")


def _unquote(token: str) -> str:
    if not token.startswith('"'):
        raise DqdlError(f"expected a quoted string; got {token!r}")
    # Only the quote itself is escaped: a regular expression keeps its backslashes.
    return token[1:-1].replace('\\"', '"')
