"""Shares in words as percentages: half, a third, one in ten, rarely."""

from __future__ import annotations

import re

from .text import protected

_PARTS = {"half": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5,
          "fifths": 5, "tenth": 10, "second": 2, "fourth": 4, "hundredth": 100}  # fmt: skip
_COUNTS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
           "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "twenty": 20, "fifty": 50,
           "hundred": 100, "a hundred": 100, "thousand": 1000, "a thousand": 1000}  # fmt: skip
OFTEN = {"rarely": 5, "seldom": 5, "hardly ever": 2, "almost never": 2, "occasionally": 10,
         "sometimes": 25, "often": 60, "frequently": 60, "almost always": 95}  # fmt: skip
_ABOUT = r"(?:\b(?:about|around|roughly|approximately|nearly|almost|circa|some|only) )?"
_COUNT = "|".join(sorted(_COUNTS, key=len, reverse=True))
_FRACTION = re.compile(
    rf"{_ABOUT}\b(?P<count>a|one|two|three|four) (?P<part>thirds?|quarters?|fifths?|tenth"
    rf"|hundredth)\b(?! (?:name|party|person))(?: of (?:all|them|the \w{{1,30}}|rows)\b)?"
    rf"|{_ABOUT}\b(?P<half>half) (?:of (?:all|them|the \w{{1,30}}|rows)|(?=(?:are|is|have|has"
    rf"|were)\b|missing|empty|null|true|active|male|female|paid)|(?=\w{{2,20}}ed\b))"
    rf"|(?<=\bfor )(?P<half_last>half)(?= ?(?:$|[,;.)\n]))"
    rf"|{_ABOUT}\b(?P<some>{_COUNT}|\d{{1,3}}) (?:in|out of|of every|in every) "
    rf"(?P<every>{_COUNT}|\d{{1,4}})\b(?!-)|\bevery (?P<nth>second|third|fourth|fifth|tenth"
    r"|hundredth)(?: (?:one|row|customer|user))?\b",
    re.IGNORECASE,
)
_OFTEN = re.compile(
    r"\b(?P<word>" + "|".join(sorted(OFTEN, key=len, reverse=True)) + r")\b"
    r"(?! (?:null|empty|missing|blank|the)\b)(?! after| before)", re.IGNORECASE
)  # fmt: skip
_LISTED = re.compile(
    rf"\b(?:{'|'.join(OFTEN)}|always|never)(?:(?:, | or |/)(?:{'|'.join(OFTEN)}|always|never)\b)+",
    re.IGNORECASE,
)
"""Frequencies that are values: "rarely, sometimes or often"."""
_MOST = re.compile(
    r"\b(?:most|the majority)(?: of (?:them|all|the \w{1,30}))? (?:are|is|have been)\b",
    re.IGNORECASE,
)


def in_percent(text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The text with its shares as percentages, and what stood for each: ("33.33%", "a third")."""
    stood: list[tuple[str, str]] = []

    def share(match: re.Match[str]) -> str:
        percent = _percent(match)
        if percent is None:
            return match.group()
        stood.append((percent, match.group().strip()))
        return f"{percent} " if match.group().endswith(" ") else percent

    text = _FRACTION.sub(share, text)
    inside = protected(text)
    lists = [match.span() for match in _LISTED.finditer(text)]

    def often(match: re.Match[str]) -> str:
        is_value = inside[match.start()] or any(a <= match.start() < b for a, b in lists[:50])
        return match.group() if is_value else share(match)

    text = _OFTEN.sub(often, text)
    return _MOST.sub("mostly", text), tuple(stood)


def _percent(match: re.Match[str]) -> str | None:
    groups = match.groupdict()
    if word := groups.get("word"):
        return f"{OFTEN[word.casefold()]}%"
    if groups.get("half") or groups.get("half_last"):
        return "50%"
    if groups.get("nth"):
        return _written(1, _PARTS[match["nth"].casefold()])
    if groups.get("part"):
        return _written(_COUNTS[match["count"].casefold()], _PARTS[match["part"].casefold()])
    return _written(_number(match["some"]), _number(match["every"]))


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _COUNTS[text.casefold()]


def _written(count: int, every: int) -> str | None:
    return f"{round(100 * count / every, 4):g}%" if 0 < count < every else None
