"""A text cut into words, with every bound checked before anything recurses over them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from sqlglot import Token, Tokenizer, TokenType
from sqlglot.errors import TokenError

from .kinds import STRING, Column
from .literals import MOMENT_WORDS, interval, moment, number
from .syntax import Literal, Name, Refusal, Syntax, quoted, unreadable

MOST_CHARACTERS = 1_000
MOST_WORDS = 300
"""More than 64 nodes can need, but for parentheses that do nothing."""
MOST_DEPTH = 16
"""Of parentheses, CASE and signs in each other; the parser needs some 20 frames for each."""


class Lexer(Tokenizer):
    """Only the words of this language; every other word is a name."""

    IDENTIFIERS: ClassVar[list[str | tuple[str, str]]] = ['"', "`"]
    QUOTES: ClassVar[list[str | tuple[str, str]]] = ["'"]
    STRING_ESCAPES: ClassVar[list[str]] = ["'"]
    COMMENTS: ClassVar[list[str | tuple[str, str]]] = []
    COMMANDS: ClassVar[set[TokenType]] = set()
    KEYWORDS: ClassVar[dict[str, TokenType]] = {
        "||": TokenType.DPIPE, "<>": TokenType.NEQ, "!=": TokenType.NEQ, "==": TokenType.EQ,
        "<=": TokenType.LTE, ">=": TokenType.GTE, "AND": TokenType.AND, "OR": TokenType.OR,
        "NOT": TokenType.NOT, "IS": TokenType.IS, "NULL": TokenType.NULL, "TRUE": TokenType.TRUE,
        "FALSE": TokenType.FALSE, "IN": TokenType.IN, "BETWEEN": TokenType.BETWEEN,
        "LIKE": TokenType.LIKE, "ILIKE": TokenType.ILIKE, "CASE": TokenType.CASE,
        "WHEN": TokenType.WHEN, "THEN": TokenType.THEN, "ELSE": TokenType.ELSE,
        "END": TokenType.END,
    }  # fmt: skip


_NAMES = frozenset({TokenType.VAR, TokenType.IDENTIFIER})
_SIGNS = frozenset({
    TokenType.L_PAREN, TokenType.R_PAREN, TokenType.COMMA, TokenType.PLUS, TokenType.DASH,
    TokenType.STAR, TokenType.SLASH, TokenType.MOD, TokenType.EQ, TokenType.LT, TokenType.GT,
})  # fmt: skip
_WORDS = frozenset(Lexer.KEYWORDS.values())
_VALUES = frozenset({TokenType.NULL, TokenType.TRUE, TokenType.FALSE})
_ENDS = _VALUES | {TokenType.R_PAREN, TokenType.END}
_STARTS = _VALUES | {TokenType.L_PAREN, TokenType.CASE}
_PREFIXES = frozenset({TokenType.NOT, TokenType.PLUS, TokenType.DASH})
_LONE_COMMAS = frozenset(
    {
        (TokenType.L_PAREN, TokenType.COMMA),
        (TokenType.COMMA, TokenType.COMMA),
        (TokenType.COMMA, TokenType.R_PAREN),
    }
)
_CLOSES = {TokenType.R_PAREN: TokenType.L_PAREN, TokenType.END: TokenType.CASE}


@dataclass(frozen=True, slots=True)
class Word:
    """A keyword or sign, or (`leaf`) a whole literal or name, or (`call`) a function's name."""

    type: TokenType
    text: str
    start: int
    stop: int
    leaf: Syntax | None = None
    call: str | None = None

    @property
    def ends_operand(self) -> bool:
        return self.leaf is not None or self.type in _ENDS

    @property
    def starts_operand(self) -> bool:
        return self.leaf is not None or self.call is not None or self.type in _STARTS


def words(text: str) -> tuple[Word, ...]:
    """Raises: Refusal."""
    _check_text(text)
    try:
        tokens = Lexer().tokenize(text)
    except TokenError:
        hint = "put text between single quotes, and write a quote inside as ''"
        raise unreadable("a quote is opened and not closed", hint) from None
    if not tokens:
        raise Refusal("expression_empty", "the expression is empty", "write one, or leave it out")
    if len(tokens) > MOST_WORDS:
        raise _too_big(f"{len(tokens)} words and signs", f"at most {MOST_WORDS}")
    found = tuple(_Reader(tokens).read())
    _check_neighbours(found)
    _check_nesting(found)
    return found


def _check_text(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise _too_big(f"{len(text):,} characters", f"at most {MOST_CHARACTERS:,}")
    for character in text:
        if (character < " " and character not in "\t\n\r") or "\ud800" <= character <= "\udfff":
            code = f"U+{ord(character):04X}"
            message = f"the character {code} cannot stand in an expression"
            raise unreadable(message, "take it out")
        if character in "‘’“”«»":
            message = f"{character} is no quote of this language"
            raise unreadable(message, "use straight quotes: 'text'")


def _too_big(has: str, bound: str) -> Refusal:
    hint = f"{bound}; split it over several fields"
    return Refusal("expression_too_long", f"the expression has {has}", hint)


class _Reader:
    """Groups tokens: `a . b` to one name, `DATE '…'` to one literal."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens, self._at = tokens, 0

    def read(self) -> Iterator[Word]:
        while self._at < len(self._tokens):
            yield self._word(self._tokens[self._at])

    def _word(self, token: Token) -> Word:
        if token.comments:
            raise unreadable("an expression has no comments", "take the comment out")
        if token.token_type is TokenType.STRING:
            return self._leaf(1, Literal(token.text, STRING))
        if token.token_type is TokenType.NUMBER:
            return self._leaf(1, number(token.text))
        if token.token_type in _NAMES:
            return self._named(token)
        if token.token_type in _WORDS or token.token_type in _SIGNS:
            _refuse_lookalike(token, self._peek(1))
            return self._taken(1, token.token_type)
        raise _foreign_sign(token)

    def _named(self, token: Token) -> Word:
        after, plain = self._type(1), token.token_type is TokenType.VAR
        upper = token.text.upper()
        if plain and after is TokenType.STRING and upper in MOMENT_WORDS:
            return self._leaf(2, moment(self._tokens[self._at + 1].text, MOMENT_WORDS[upper]))
        if plain and after in (TokenType.STRING, TokenType.NUMBER) and upper == "INTERVAL":
            return self._interval()
        if plain and upper == "AS":  # cast(x AS integer) is read as cast(x, integer)
            return self._taken(1, TokenType.COMMA)
        if plain and after is TokenType.L_PAREN:
            return self._taken(1, TokenType.VAR, call=token.text.lower())
        if after is TokenType.DOT:
            return self._qualified(token)
        return self._leaf(1, Name(Column(None, token.text)))

    def _qualified(self, token: Token) -> Word:
        inner = self._peek(2)
        if inner is None or not (inner.token_type in _NAMES or inner.token_type in _WORDS):
            raise unreadable(f"a name is missing after {quoted(token.text + '.')}")
        if self._type(3) is TokenType.DOT:
            message = f"{quoted(token.text)} is followed by more than one dot"
            raise unreadable(message, "write field, table.field or key_field.field")
        return self._leaf(3, Name(Column(token.text, inner.text)))

    def _interval(self) -> Word:
        amount, unit = self._tokens[self._at + 1], self._peek(2)
        if unit is not None and unit.token_type is TokenType.VAR and " " not in amount.text.strip():
            return self._leaf(3, interval(amount.text, unit.text))
        return self._leaf(2, interval(amount.text, ""))

    def _peek(self, ahead: int) -> Token | None:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else None

    def _type(self, ahead: int) -> TokenType | None:
        token = self._peek(ahead)
        return None if token is None else token.token_type

    def _leaf(self, count: int, leaf: Syntax) -> Word:
        return self._taken(count, TokenType.IDENTIFIER, leaf=leaf)

    def _taken(
        self, count: int, kind: TokenType, *, leaf: Syntax | None = None, call: str | None = None
    ) -> Word:
        first, last = self._tokens[self._at], self._tokens[self._at + count - 1]
        self._at += count
        return Word(kind, first.text, first.start, last.end + 1, leaf, call)


def _refuse_lookalike(token: Token, after: Token | None) -> None:
    """`--` and `/*` begin comments elsewhere, `!` is a NOT elsewhere."""
    pair = token.text + (after.text if after is not None and after.start == token.end + 1 else "")
    if pair in ("--", "/*", "*/"):
        raise unreadable("an expression has no comments", "take it out; write - (-x) for two signs")
    if token.text == "!":
        raise _foreign_sign(token)


def _foreign_sign(token: Token) -> Refusal:
    message = f"{quoted(token.text)} is not part of an expression"
    hint = "one expression of + - * / % || = <> < <= > >= and named functions"
    if token.text == ".":
        hint = "write 0.5 for .5, and table.field without spaces around the dot"
    return Refusal("expression_not_allowed", message, hint)


def _check_neighbours(found: tuple[Word, ...]) -> None:
    for before, word in pairwise(found):
        if before.ends_operand and word.starts_operand:
            message = f"there is no operator between {quoted(before.text)} and {quoted(word.text)}"
            raise foreign_word(found) or unreadable(message)
        if (before.type, word.type) in _LONE_COMMAS:
            raise unreadable("a comma has nothing beside it", "write f(a, b)")


def _check_nesting(found: tuple[Word, ...]) -> None:
    open_words: list[tuple[TokenType, int]] = []
    depth = signs = 0
    operand_before = False
    for word in found:
        prefix = word.type in _PREFIXES and not operand_before
        signs = signs + 1 if prefix else signs
        if word.type in (TokenType.L_PAREN, TokenType.CASE):
            open_words.append((word.type, signs + 1))
            depth, signs = depth + signs + 1, 0
        elif word.type in _CLOSES:
            depth -= _closed(open_words, word)
        elif not prefix:
            signs = 0
        operand_before = word.ends_operand
        if depth + signs > MOST_DEPTH:
            message = "parentheses, CASE and signs are nested too deeply"
            raise Refusal("expression_too_deep", message, f"at most {MOST_DEPTH} levels")
    if open_words:
        opened, closing = ("CASE", "END") if open_words[-1][0] is TokenType.CASE else ("(", ")")
        raise unreadable(f"{opened} is opened and not closed", f"add {closing}")
    _check_cases(found)


def _closed(open_words: list[tuple[TokenType, int]], word: Word) -> int:
    if not open_words or open_words[-1][0] is not _CLOSES[word.type]:
        raise unreadable(f"{quoted(word.text)} closes what was not opened", "take it out")
    return open_words.pop()[1]


def _check_cases(found: tuple[Word, ...]) -> None:
    """The parser lets a THEN be left out."""
    types = [word.type for word in found]
    if types.count(TokenType.WHEN) != types.count(TokenType.THEN):
        raise unreadable(
            "a CASE has a WHEN without a THEN", "CASE WHEN a > 1 THEN 'x' ELSE 'y' END"
        )


FOREIGN_WORDS = frozenset({
    "select", "from", "where", "exists", "over", "partition", "window", "join", "union", "with",
    "insert", "update", "delete", "create", "drop", "alter", "group", "order", "having", "limit",
    "distinct", "filter", "collate", "escape", "any", "all", "some", "array", "as", "at",
    "pragma", "attach", "copy", "set", "similar", "regexp", "rlike", "div", "xor",
})  # fmt: skip


def foreign_word(found: tuple[Word, ...]) -> Refusal | None:
    """The refusal that names the first word of SQL that an expression does not have."""
    for word in found:
        if word.leaf is None and word.call is None and word.type is not TokenType.COMMA:
            continue
        if word.text.lower() in FOREIGN_WORDS and not isinstance(word.leaf, Literal):
            message = f"{quoted(word.text)} is not part of an expression"
            hint = "an expression looks at one row: operators, CASE and named functions"
            return Refusal("expression_not_allowed", message, hint)
    return None
