"""Shares that are said apart from their field: "…, 80 % active, 20 % paused"."""

from __future__ import annotations

import re
from typing import Any

from .lexicon import entries as lexicon
from .lexicon.entries import words_of
from .naming import Setting
from .saying.gathering import Phrase
from .saying.said import Said
from .saying.values import TRUE_FALSE, plain_word
from .shaping import Shaped, built
from .ties.conditions import Names


def completed(fields: list[Shaped], phrase: Phrase, setting: Setting) -> bool:
    """ "status: 85 % sent, 10 % back, 5 % lost": shares that make the last field whole."""
    before = fields[-1].said if fields else Said("")
    whole = sum(share for _, share in (*before.shares, *phrase.shares))
    if not before.shares or abs(whole - 1) > 0.005:
        return False
    _add(fields, len(fields) - 1, phrase, setting)
    return True


def given(fields: list[Shaped], phrase: Phrase, setting: Setting) -> bool:
    """To the last field that has one of the values, else to the last one if it has any."""
    if any(" among " in str(value) for value, _ in phrase.shares):
        return False  # of some rows only
    wanted = {plain_word(value) for value, _ in phrase.shares}
    places = range(len(fields) - 1, -1, -1)
    fitting = [p for p in places if wanted & set(map(plain_word, _values(fields[p])))]
    last = [p for p in places[:1] if _values(fields[p]) or _is_about(fields[p], phrase)]
    for place in (*fitting, *last)[:1]:
        _add(fields, place, phrase, setting)
        return True
    return False


def _add(fields: list[Shaped], place: int, phrase: Phrase, setting: Setting) -> None:
    before = fields[place]
    said = before.said.but(
        shares=(*before.said.shares, *phrase.shares),
        words=f"{before.said.words}; {phrase.words}",
    )
    fields[place] = built(before.hit, said, setting)


def part_with(
    fields: list[Shaped], setting: Setting, words: str, value: str, share: float
) -> Said | None:
    """ "half have a phone", "10 % vip": a field of its own, and how many have it."""
    words = next((one for one in words.split(", ") if value in one), words)
    match = re.fullmatch(r"(?:have|has|with|(missing|without)) (no |an? |the )?(.{1,40})", value)
    if match:
        missing = share if match[1] or match[2] == "no " else 1 - share
        return Said(words, match[3], null_share=round(missing, 6))
    hit = lexicon.exact(value)
    names = Names(fields, setting.owner)
    is_truth = hit is not None and hit.template.type == "boolean"
    one = names.exactly(value)
    if one is not None and one.field["type"] == "boolean":
        return Said(words, one.name, portion=share)
    return Said(words, value, portion=share) if is_truth and not names.holding(value) else None


def _is_about(shaped: Shaped, phrase: Phrase) -> bool:
    """ "80 % true", "60 % active": shares of a truth, and not of something else."""
    own = set(words_of(shaped.name))
    told = [str(value).casefold().removeprefix("not ") for value, _ in phrase.shares]
    is_truth = shaped.field["type"] == "boolean"
    return is_truth and all(one in TRUE_FALSE or own & set(words_of(one)) for one in told)


def _values(shaped: Shaped) -> tuple[Any, ...]:
    """The categories of a field, its template's too."""
    return (*shaped.field.get("generator", {}).get("values", ()), *shaped.hit.template.values)
