"""From a text to our own tree, by sqlglot's parser, which never sees a word of the text.

The parser gets a skeleton: names, literals and functions are numbered (`n3`, `f4`), so that no
word of the user's can start a statement, a type or a function of the parser's. What it makes of
the skeleton is taken over node by node from a table; whatever is not in the table is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlglot import ErrorLevel, ParseError, Parser, Token, TokenType, exp

from .kinds import BOOLEAN, NULL
from .lexing import Word, foreign_word, words
from .syntax import Call, Literal, Refusal, Syntax, quoted, unreadable

MOST_NODES = 64


def parse(text: str) -> Syntax:
    """Raises: Refusal: at most 1,000 characters and 64 nodes, whatever is in them."""
    return parse_words(words(text), text)


def parse_words(found: tuple[Word, ...], text: str) -> Syntax:
    """Raises: Refusal."""
    skeleton = [_token(number, word) for number, word in enumerate(found)]
    try:
        tree = Parser(error_level=ErrorLevel.IMMEDIATE).parse_into(exp.Condition, skeleton, text)
    except (ParseError, RecursionError) as exc:
        raise foreign_word(found) or unreadable(_place(exc, found)) from None
    if len(tree) != 1 or tree[0] is None:
        raise unreadable("this is not one expression")
    return _Translation(found).syntax(tree[0])


def _token(number: int, word: Word) -> Token:
    if word.leaf is not None:
        return Token(TokenType.IDENTIFIER, f"n{number}", 1, word.stop, word.start, word.stop - 1)
    text = word.text if word.call is None else f"f{number}"
    if word.type is TokenType.COMMA:
        text = ","
    return Token(word.type, text, 1, word.stop, word.start, word.stop - 1)


def _place(exc: Exception, found: tuple[Word, ...]) -> str:
    column = exc.errors[0].get("col") if isinstance(exc, ParseError) and exc.errors else None
    near = next((word for word in found if word.stop == column), None)
    return "it is incomplete or out of order" + (f" at {quoted(near.text)}" if near else "")


class _Translation:
    """Counts the nodes as it goes."""

    def __init__(self, found: tuple[Word, ...]) -> None:
        self._words, self._nodes = found, 0

    def syntax(self, node: Any) -> Syntax:
        if node is None:
            raise unreadable("a value is missing")
        if type(node) is exp.Paren:
            return self.syntax(node.this)
        self._nodes += 1
        if self._nodes > MOST_NODES:
            message = f"the expression has more than {MOST_NODES} parts"
            raise Refusal("expression_too_long", message, "split it over several fields")
        translate = _NODES.get(type(node))
        said = {name for name, value in node.args.items() if value}
        if translate is None or said - _READ:
            word = foreign_word(self._words)
            raise word or unreadable("this combination of signs is not understood")
        found = translate(self, node)
        return Call("not", (found,)) if "negate" in said else found

    def call(self, name: str, *nodes: Any) -> Call:
        return Call(name, tuple(self.syntax(node) for node in nodes))

    def leaf(self, node: Any) -> Syntax:
        name = node.this.name if isinstance(node.this, exp.Identifier) else ""
        leaf = self._words[int(name[1:])].leaf if name[1:].isdecimal() else None
        if leaf is None or node.table:
            raise unreadable("a name stands where it cannot")
        return leaf

    def function(self, node: exp.Anonymous) -> Call:
        name = self._words[int(str(node.this)[1:])].call
        return self.call(name or "", *node.expressions)


Translate = Callable[[_Translation, Any], Syntax]


def _binary(name: str) -> Translate:
    return lambda t, node: t.call(name, node.this, node.expression)


def _unary(name: str) -> Translate:
    return lambda t, node: t.call(name, node.this)


def _in(t: _Translation, node: exp.In) -> Call:
    if not node.expressions:
        raise unreadable("IN is not followed by a list", "write x IN (1, 2, 3)")
    return t.call("in", node.this, *node.expressions)


def _is(t: _Translation, node: exp.Is) -> Call:
    tested = node.expression
    if type(tested) is exp.Null:
        return t.call("is null", node.this)
    if type(tested) is exp.Boolean:
        return t.call("is true" if tested.this else "is false", node.this)
    raise unreadable("IS is not followed by NULL, TRUE or FALSE", "compare values with =")


def _case(t: _Translation, node: exp.Case) -> Call:
    """`CASE x WHEN v THEN r` is `CASE WHEN x = v THEN r`. Args: condition, value, …, else."""
    args: list[Syntax] = []
    for branch in node.args["ifs"]:
        tested = branch.this
        when = t.syntax(tested) if node.this is None else t.call("=", node.this, tested)
        args += [when, t.syntax(branch.args["true"])]
    if not args:
        raise unreadable("a CASE has no WHEN", "CASE WHEN a > 1 THEN 'x' ELSE 'y' END")
    default = node.args.get("default")
    args.append(Literal(None, NULL) if default is None else t.syntax(default))
    return Call("case", tuple(args))


def _between(t: _Translation, node: exp.Between) -> Call:
    return t.call("between", node.this, node.args["low"], node.args["high"])


_BINARIES: Mapping[type[Any], str] = {
    exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%", exp.DPipe: "||",
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
    exp.And: "and", exp.Or: "or", exp.Like: "like", exp.ILike: "ilike",
}  # fmt: skip
_READ = frozenset({
    "this", "expression", "expressions", "field", "low", "high", "ifs", "default", "true", "negate",
    "safe", "typed",  # what a division or || would do in another database
})  # fmt: skip
"""What a node may say. More is refused, so that nothing a later parser adds is overlooked."""
_NODES: Mapping[type[Any], Translate] = {
    **{node: _binary(name) for node, name in _BINARIES.items()},
    exp.Neg: _unary("negative"),
    exp.Not: _unary("not"),
    exp.Column: _Translation.leaf,
    exp.Anonymous: _Translation.function,
    exp.Null: lambda _t, _node: Literal(None, NULL),
    exp.Boolean: lambda _t, node: Literal(bool(node.this), BOOLEAN),
    exp.In: _in,
    exp.Is: _is,
    exp.Case: _case,
    exp.Between: _between,
}
