"""RE2 expressions read into trees, over printable ASCII.

Only what describes a set of texts is read: no look-around and no back-references exist in RE2, and
word boundaries, flags and anchors in the middle are refused here. Characters outside printable
ASCII are dropped from classes; RE2 itself has the last word on every text that is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

FIRST, LAST = 0x20, 0x7E
EVERY = (1 << (LAST - FIRST + 1)) - 1
MOST_REPEATS = 1000
DEEPEST = 50


class Unreadable(ValueError):
    """The expression uses something that cannot be made from."""


@dataclass(frozen=True, slots=True)
class Letters:
    """One character; bit i of `mask` allows chr(FIRST + i)."""

    mask: int


@dataclass(frozen=True, slots=True)
class Chain:
    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """`most` None: without end."""

    part: Tree
    fewest: int
    most: int | None


Tree: TypeAlias = Letters | Chain | Either | Repeat


def _span(first: str, last: str) -> int:
    """The mask of a range of characters, as far as it is printable ASCII."""
    low, high = max(ord(first), FIRST), min(ord(last), LAST)
    return 0 if low > high else ((1 << (high - low + 1)) - 1) << (low - FIRST)


def _of(*ranges: str) -> int:
    mask = 0
    for pair in ranges:
        mask |= _span(pair[0], pair[-1])
    return mask


DIGIT, LOWER, UPPER = _of("09"), _of("az"), _of("AZ")
ALPHA = LOWER | UPPER
PUNCTUATION = EVERY & ~(ALPHA | DIGIT | _of(" "))
CLASSES = {"d": DIGIT, "w": ALPHA | DIGIT | _of("_"), "s": _of(" ")}
POSIX = {
    "alpha": ALPHA, "digit": DIGIT, "alnum": ALPHA | DIGIT, "upper": UPPER, "lower": LOWER,
    "punct": PUNCTUATION, "space": _of(" "), "blank": _of(" "), "xdigit": DIGIT | _of("af", "AF"),
    "word": CLASSES["w"], "print": EVERY, "graph": EVERY & ~_of(" "), "ascii": EVERY, "cntrl": 0,
}  # fmt: skip
UNICODE = {
    "L": ALPHA, "Lu": UPPER, "Ll": LOWER, "N": DIGIT, "Nd": DIGIT, "Z": _of(" "), "Zs": _of(" "),
    "Latin": ALPHA,
}  # fmt: skip
CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}


def parse(pattern: str) -> Tree:
    """The tree of a pattern that RE2 has accepted.

    Raises:
        Unreadable
    """
    return _Reader(pattern).whole()


class _Reader:
    """Recursive descent; `at` is the next character."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.depth = 0

    def whole(self) -> Tree:
        tree = self._either()
        if self.at < len(self.pattern):
            raise Unreadable(f"{self.pattern[self.at]!r} at {self.at} closes nothing")
        return tree

    def _peek(self, text: str) -> bool:
        return self.pattern.startswith(text, self.at)

    def _eat(self, text: str) -> bool:
        if not self._peek(text):
            return False
        self.at += len(text)
        return True

    def _next(self) -> str:
        if self.at >= len(self.pattern):
            raise Unreadable("it ends in the middle")
        self.at += 1
        return self.pattern[self.at - 1]

    def _until(self, end: str) -> str:
        stop = self.pattern.find(end, self.at)
        if stop < 0:
            raise Unreadable(f"{end!r} is missing")
        found, self.at = self.pattern[self.at : stop], stop + len(end)
        return found

    def _either(self) -> Tree:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unreadable("it is nested too deeply")
        parts = [self._chain()]
        while self._eat("|"):
            parts.append(self._chain())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _chain(self) -> Tree:
        parts: list[Tree] = []
        while self.at < len(self.pattern) and not self._peek("|") and not self._peek(")"):
            if self._anchor(first=not parts):
                continue
            parts.append(self._repeated(self._atom()))
        return parts[0] if len(parts) == 1 else Chain(tuple(parts))

    def _anchor(self, *, first: bool) -> bool:
        """`^` before everything and `$` after it say what a full match says anyway."""
        if self._peek("^") or self._peek("\\A"):
            if not first or self.pattern[: self.at].strip("(?:^"):
                raise Unreadable("^ stands in the middle")
            return self._eat("^") or self._eat("\\A")
        if self._peek("$") or self._peek("\\z"):
            found = self._eat("$") or self._eat("\\z")
            if self.pattern[self.at :].strip(")"):
                raise Unreadable("$ stands in the middle")
            return found
        return False

    def _repeated(self, tree: Tree) -> Tree:
        while (times := self._times()) is not None:
            self._eat("?")  # lazy: the same texts
            tree = Repeat(tree, *times)
        return tree

    def _times(self) -> tuple[int, int | None] | None:
        for sign, times in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._eat(sign):
                return times
        return self._counted()

    def _counted(self) -> tuple[int, int | None] | None:
        stop = self.pattern.find("}", self.at)
        inside = self.pattern[self.at + 1 : stop] if self._peek("{") and stop > 0 else ""
        fewest, comma, most = inside.partition(",")
        if not _is_number(fewest) or not (most == "" or _is_number(most)):
            return None  # RE2 takes such braces for themselves
        self.at = stop + 1
        return int(fewest), int(most) if most else (None if comma else int(fewest))

    def _atom(self) -> Tree:
        letter = self._next()
        if letter == "(":
            return self._group()
        if letter == "[":
            return Letters(self._class())
        if letter == ".":
            return Letters(EVERY)
        if letter == "\\":
            return Letters(_written(self._escape(), self.pattern[self.at - 1]))
        return Letters(_written(_of(letter), letter))

    def _group(self) -> Tree:
        if self._eat("?P<") or self._eat("?<"):
            self._until(">")
        elif self._eat("?:"):
            pass
        elif self._peek("?"):
            raise Unreadable("flags cannot be made from")
        tree = self._either()
        if not self._eat(")"):
            raise Unreadable("a parenthesis is not closed")
        return tree

    def _escape(self) -> int:
        """The mask of what follows a backslash."""
        letter = self._next()
        if letter.lower() in CLASSES:
            mask = CLASSES[letter.lower()]
            return mask if letter.islower() else EVERY & ~mask
        if letter in "pP":
            return self._unicode(negated=letter == "P")
        if letter in CONTROLS:
            return 0
        if letter == "x":
            return self._hexadecimal()
        if letter.isalnum():
            raise Unreadable(f"\\{letter} cannot be made from")
        return _of(letter)

    def _unicode(self, *, negated: bool) -> int:
        name = self._until("}") if self._eat("{") else self._next()
        negated ^= name.startswith("^")
        name = name.removeprefix("^")
        if name not in UNICODE:
            raise Unreadable(f"\\p{{{name}}} cannot be made from")
        return EVERY & ~UNICODE[name] if negated else UNICODE[name]

    def _hexadecimal(self) -> int:
        code = self._until("}") if self._eat("{") else self._next() + self._next()
        return _of(chr(int(code, 16)))

    def _class(self) -> int:
        negated, mask, first = self._eat("^"), 0, True
        while first or not self._peek("]"):
            mask |= self._member()
            first = False
        self.at += 1
        return EVERY & ~mask if negated else mask

    def _member(self) -> int:
        if self._eat("[:"):
            name = self._until(":]")
            mask = POSIX[name.removeprefix("^")]
            return EVERY & ~mask if name.startswith("^") else mask
        start, mask = self._end()
        if start and self._peek("-") and not self._peek("-]"):
            self.at += 1
            stop, _ = self._end()
            return _span(start, stop)
        return mask

    def _end(self) -> tuple[str, int]:
        """One end of a range as a character, empty where it is a class; and its mask."""
        letter = self._next()
        if letter != "\\":
            return letter, _of(letter)
        kind = self.pattern[self.at : self.at + 1]
        if kind in CONTROLS:
            self.at += 1
            return CONTROLS[kind], 0
        begin = self.at
        mask = self._escape()
        if kind == "x":
            code = self.pattern[begin + 1 : self.at].strip("{}")
            return chr(int(code, 16)), mask
        return ("", mask) if kind.isalnum() else (kind, mask)


def _written(mask: int, letter: str) -> int:
    if not mask:
        raise Unreadable(f"{letter!r} is not printable ASCII")
    return mask


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
