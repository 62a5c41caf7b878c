"""Parses conditions.

```
condition  = both { "or" both }
both       = term { "and" term }
term       = "not" term | "(" condition ")" | comparison
comparison = number-name sign ( number | number-name )      sign:     <  <=  >  >=  ==  !=
           | label-name ( "==" | "!=" ) "label"
           | point-name relation point-name                 relation: above  below  left_of  right_of  near
           | score-name | moment-name
```

The words of the grammar are looked up in `arpipe.controls.catalog`; nothing else is ever evaluated.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NoReturn, get_args

from arpipe.controls.catalog import Names
from arpipe.controls.nodes import (
    All,
    Comparison,
    Either,
    Happening,
    Labelled,
    Located,
    Node,
    Not,
    Relation,
    Score,
    Sign,
)
from arpipe.controls.signals import LabelSignal, NumberSignal, PointSignal, Signal
from arpipe.errors import ConfigError
from arpipe.spelling import nearest

MAX_LENGTH = 400  # characters
MAX_DEPTH = 20  # of parentheses and "not"
WORDS = ("and", "or", "not")
SIGNS: tuple[Sign, ...] = get_args(Sign)
RELATIONS: tuple[Relation, ...] = get_args(Relation)
MIRRORED: dict[Sign, Sign] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}

TokenKind = Literal["number", "text", "name", "sign", "bracket", "end"]
WORD = (  # or number, text, sign, bracket
    r"\s*(?:(?P<number>[-+]?(?:\d+(?:\.\d*)?|\.\d+))(?![\w.])"
    r"|(?P<text>\"[^\"]*\"|'[^']*')"
    r"|(?P<name>[A-Za-z_]\w*(?:\.\w+)*)"
    r"|(?P<sign><=|>=|==|!=|<|>)"
    r"|(?P<bracket>[()]))"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a condition and the column at which it begins, from 1."""

    kind: TokenKind
    text: str
    column: int

    def __str__(self) -> str:
        return f"{self.text!r} in column {self.column}" if self.kind != "end" else "the end"


def parse(text: str, names: Names) -> Node:
    """Parse a condition.

    Args:
        text: The condition.
        names: The names that it can use.

    Raises:
        ConfigError: It is not a condition, or has an unknown name; the message has the place, or the nearest name.
    """
    if len(text) > MAX_LENGTH:
        raise ConfigError(f"a condition of {len(text)} characters; {MAX_LENGTH} are allowed")
    try:
        return _Parser(_tokens(text), names).parse()
    except ConfigError as error:
        raise ConfigError(f"condition {text!r}: {error}") from error


def _tokens(text: str) -> list[Token]:
    tokens, place = list[Token](), 0
    pattern = re.compile(WORD)  # here, because it takes as long as loading a network; `re` keeps it
    while text[place:].strip():
        match = pattern.match(text, place)
        if match is None:
            rest = text[place:].lstrip()
            column = len(text) - len(rest) + 1
            hint = "; write == to compare" if rest.startswith("=") else ""
            raise ConfigError(f"{rest[:12]!r} in column {column} is not part of a condition{hint}")
        kind: TokenKind = match.lastgroup  # type: ignore[assignment]  # the names of the groups
        tokens.append(Token(kind, match[kind], match.start(kind) + 1))
        place = match.end()
    return [*tokens, Token("end", "", len(text) + 1)]


class _Parser:
    """Reads tokens from left to right, one function per rule of the grammar."""

    def __init__(self, tokens: list[Token], names: Names) -> None:
        self._tokens, self._names = tokens, names
        self._place, self._depth = 0, 0

    def parse(self) -> Node:
        node = self._condition()
        if not self._is_next("end"):
            self._fail("'and', 'or' or the end")
        return node

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _is_next(self, kind: TokenKind) -> bool:
        return self._next.kind == kind

    def _take(self) -> Token:
        token = self._next
        self._place += token.kind != "end"
        return token

    def _skip(self, text: str) -> bool:
        """Take a word if it is the next one."""
        if self._next.text == text and self._next.kind in ("name", "bracket"):
            self._take()
            return True
        return False

    def _fail(self, expected: str) -> NoReturn:
        raise ConfigError(f"expected {expected}, got {self._next}")

    def _condition(self) -> Node:
        parts = self._joined("or", self._both)
        return parts[0] if len(parts) == 1 else Either(parts)

    def _both(self) -> Node:
        parts = self._joined("and", self._term)
        return parts[0] if len(parts) == 1 else All(parts)

    def _joined(self, word: str, parse: Callable[[], Node]) -> tuple[Node, ...]:
        parts = [parse()]
        while self._skip(word):
            parts.append(parse())
        return tuple(parts)

    def _term(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ConfigError(f"is nested more than {MAX_DEPTH} levels deep")
        try:
            if self._skip("not"):
                return Not(self._term())
            if self._skip("("):
                inner = self._condition()
                if not self._skip(")"):
                    self._fail("')'")
                return inner
            return self._comparison()
        finally:
            self._depth -= 1

    def _comparison(self) -> Node:
        if self._is_next("number"):
            return self._comparison_with_number()
        signal = self._signal()
        if isinstance(signal, NumberSignal):
            return self._number_comparison(signal)
        if isinstance(signal, LabelSignal):
            return self._label_comparison(signal)
        if isinstance(signal, PointSignal):
            return self._point_comparison(signal)
        return Happening(signal)

    def _signal(self, beside: str = "") -> Signal:
        if not self._is_next("name") or self._next.text in WORDS:
            self._fail("a name")
        return self._names.find(self._take().text, beside)

    def _comparison_with_number(self) -> Node:
        """Parse a comparison that begins with the number, as in `25 < face.yaw_deg`."""
        number, sign = float(self._take().text), self._sign()
        signal = self._signal()
        if not isinstance(signal, NumberSignal):
            raise ConfigError(f"{signal.name!r} is not a number")
        return Comparison(signal, MIRRORED[sign], number)

    def _number_comparison(self, signal: NumberSignal) -> Node:
        if not self._is_next("sign"):
            if signal.is_score:
                return Score(signal)
            self._fail(f"a comparison of {signal.name}, such as > 25")
        sign = self._sign()
        if self._is_next("number"):
            return Comparison(signal, sign, float(self._take().text))
        if not self._is_next("name"):
            self._fail("a number or the name of one")
        other = self._signal(signal.name)
        if not isinstance(other, NumberSignal):
            raise ConfigError(f"{other.name!r} is not a number")
        return Comparison(signal, sign, other)

    def _sign(self) -> Sign:
        for sign in SIGNS:
            if self._is_next("sign") and self._next.text == sign:
                self._take()
                return sign
        return self._fail("<, <=, >, >=, == or !=")

    def _label_comparison(self, signal: LabelSignal) -> Node:
        sign = self._sign()
        if sign not in ("==", "!="):
            raise ConfigError(f"{signal.name} is a label; compare it with == or !=")
        if not self._is_next("text"):
            self._fail("a label in quotes")
        label = self._take().text[1:-1]
        if signal.labels is not None and label not in signal.labels:
            raise ConfigError(f"{signal.name} is never {label!r}{nearest(label, signal.labels)}")
        node = Labelled(signal, label)
        return node if sign == "==" else Not(node)

    def _point_comparison(self, point: PointSignal) -> Node:
        relation = next((each for each in RELATIONS if self._next.text == each), None)
        if relation is None:
            self._fail(f"one of {', '.join(RELATIONS)} after {point.name}")
        self._take()
        other = self._signal(point.name)
        if not isinstance(other, PointSignal):
            raise ConfigError(f"{other.name!r} is not a point of a face, body or hand")
        return Located(point, relation, other)
