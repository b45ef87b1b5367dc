"""Lists of values, their shares, and the pattern behind an example."""

from __future__ import annotations

import re

from .quantities import NUMBER, value
from .said import Value

SPLIT = re.compile(r" ?[,;|/] ?(?:or |oder |and |und )?| (?:or|oder|and|und|&) ", re.IGNORECASE)
_HIDDEN = "\x01"  # `clean` lets none through from outside
_PLACE = re.compile(rf"{_HIDDEN}(\d+){_HIDDEN}")
TRUE_FALSE = {"yes": True, "no": False, "true": True, "false": False, "y": True, "n": False,
              "ja": True, "nein": False, "wahr": True, "falsch": False, "oui": True, "non": False,
              "sí": True, "si": True,
              "vrai": True, "faux": False}  # fmt: skip
_BEFORE = re.compile(
    rf"(?P<share>{NUMBER}) ?(?:%|percent|prozent) (?:of (?:them |the rows |all )?|are |is )?"
    r"(?:are |is )?(?P<value>.+)",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"(?P<value>[^%]+?)(?: ?[:=(–] ?| - ?| )\(?(?P<share>{NUMBER}) ?(?:%|percent|prozent)\)?",
    re.IGNORECASE,
)


_IN_A_RANGE = re.compile(r"\d ?[-–] ?$")
"""Before the 100 % of "level 0–100 %"."""


def plain_word(value: object) -> str:
    """For comparing values: no-show, No show and no_show are one."""
    text = str(value).casefold().strip()
    sign = text[-1:] if re.search(r"\w[+-]$", text) else ""  # blood is A+ or A-
    return "".join(filter(str.isalnum, text)) + sign


def has_letter(text: str) -> bool:
    return any(char.isalpha() for char in text)


def has_digit(text: str) -> bool:
    return any(char.isdigit() for char in text)


def split(text: str) -> tuple[str, ...]:
    """The pieces of "a, b or c", "a/b/c", "a | b"; what is quoted is one, whatever is in it."""
    whole: list[str] = []

    def hidden(quoted: re.Match[str]) -> str:
        whole.append(quoted[1])
        return f"{_HIDDEN}{len(whole) - 1}{_HIDDEN}"

    pieces = SPLIT.split(re.sub(r'"([^"]{1,200})"', hidden, text))
    shown = (_PLACE.sub(lambda place: whole[int(place[1])], piece) for piece in pieces)
    return tuple(filter(None, (piece.strip().strip("\"'").strip() for piece in shown)))


def typed(pieces: tuple[str, ...]) -> tuple[Value, ...]:
    """Numbers where all are numbers (a leading zero makes text), text otherwise; each once."""
    plain = all(re.fullmatch(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,9})?", piece) for piece in pieces)
    values: list[Value] = [_number(piece) if plain else piece for piece in pieces]
    return tuple(dict.fromkeys(values))


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)


def is_true_false(pieces: tuple[str, ...]) -> bool:
    words = {piece.casefold() for piece in pieces}
    return len(words) == 2 and {TRUE_FALSE.get(word) for word in words} == {True, False}


def share_of(piece: str, *, german: bool) -> tuple[str, float] | None:
    """("free", 0.6) from "60% free", "free 60%", "free: 60 %", "free (60%)"."""
    piece = piece.strip()
    match = _BEFORE.fullmatch(piece) or _AFTER.fullmatch(piece)
    if not match or _IN_A_RANGE.search(piece[: match.start("share")]):
        return None
    share = value(match["share"], german=german)
    name = _HEDGE.sub("", match["value"].strip(" \"':=–()").removeprefix("-"))
    if not name or name.count("(") != name.count(")"):
        return None
    return (name, share / 100) if share is not None and share <= 100 else None


_HEDGE = re.compile(
    r"^(?:only|just|about|around|roughly|approximately|nur|etwa|ca\.|circa)(?: |$)", re.IGNORECASE
)
_CLASSES = ((str.isdigit, "[0-9]"), (str.isupper, "[A-Z]"), (str.islower, "[a-z]"))


def pattern_like(example: str) -> str:
    """ABC-1234-X → [A-Z]{3}-[0-9]{4}-[A-Z]: RE2, full match; `#` stands for a digit."""
    runs: list[list[str]] = []
    for char in example:
        piece = _class_of(char)
        if runs and runs[-1][0] == piece:
            runs[-1].append(piece)
        else:
            runs.append([piece])
    return "".join(run[0] + (f"{{{len(run)}}}" if len(run) > 1 else "") for run in runs)


_PLACES = re.compile(r"YYYY|MM|DD|YY|N{2,}|#+|9{2,}|0{2,}|X{2,}|A{2,}|[^NX#]")
_STAND_IN = re.compile(r"YYYY|N{3,}|#|X{3,}|9{3,}")
_KNOWN_PLACES = {"YYYY": "20[12][0-9]", "YY": "[12][0-9]", "MM": "0[1-9]", "DD": "[0-2][1-9]"}


def with_places(form: str) -> str | None:
    """ "POL-YYYY-NNNNN" as a pattern: the letters that stand for others, and the rest as it is."""
    if not _STAND_IN.search(form) or sum(map(len, _PLACES.findall(form))) != len(form):
        return None
    return "".join(map(_place, _PLACES.findall(form)))


def _place(piece: str) -> str:
    if piece in _KNOWN_PLACES:
        return _KNOWN_PLACES[piece]
    if len(piece) > 1 or piece == "#":
        kind = {"X": "[A-Z0-9]", "A": "[A-Z]"}.get(piece[0], "[0-9]")
        return kind + (f"{{{len(piece)}}}" if len(piece) > 1 else "")
    return piece if piece.isalnum() or piece in "-_ /@:,&" else f"\\{piece}"


def _class_of(char: str) -> str:
    if char == "#":
        return "[0-9]"
    if char.isascii():
        for fits, piece in _CLASSES:
            if fits(char):
                return piece
    return char if char.isalnum() or char in "-_ /#@:,&" else f"\\{char}"


def sequence_like(example: str) -> tuple[str, int] | None:
    """INV-0001 → ("INV-{n:04d}", 1): an example that ends in a running number."""
    match = re.fullmatch(r"([^\d{}]{0,20}(?:\d{1,8}[^\d{}]{1,8})?)(0\d{1,11}|\d)", example)
    if not match or not match[1]:
        return None
    width = len(match[2])
    return match[1] + (f"{{n:0{width}d}}" if width > 1 else "{n}"), int(match[2])
