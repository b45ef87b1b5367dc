"""The fields of a row with all that ties them, and what the request promised of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .accounting import is_used
from .expecting import expectations
from .naming import Setting
from .pacing import Series
from .saying.phrases import conditioned
from .shaping import Shaped
from .ties.agreeing import agree
from .ties.alike import unlike
from .ties.implying import Implied, imply
from .ties.pace import in_series
from .ties.relating import Tie, relate, tied
from .ties.row import Row, is_open

_SPREAD = ("mean", "median", "quantile", "distribution")


@dataclass
class Bonds:
    """What was said beside single fields: it waits until all of them are known."""

    ties: list[Tie] = field(default_factory=list)
    alike: list[tuple[str, str]] = field(default_factory=list)
    implied: list[Implied] = field(default_factory=list)
    series: Series | None = None


def bind(
    fields: Sequence[Shaped], bonds: Bonds, setting: Setting, left: list[str], *, local: bool
) -> Row:
    """The row; `left` gets the words that were not understood, and loses what was at last."""
    made = list(agree(fields, setting.owner, local=local))
    left.extend(one.said.words for one in made if not is_used(one.said, one.field))
    row = Row(made, setting)
    if bonds.series:
        in_series(row, bonds.series)
    left.extend(relate(row, bonds.ties))
    left.extend(one.words for one in bonds.implied if not imply(row, one))
    left.extend(words for name, words in bonds.alike if not unlike(row, name, words))
    left[:] = [words for words in left if not _tied_after_all(words, row)]
    row.fields = [one for one in row.fields if not _is_unmade(one, row, bonds.ties, left)]
    return row


def promised(row: Row, rows: int | None, because: str, locale: str) -> list[dict[str, Any]]:
    """The checks, but for the spread of a field that a rule sets on some rows."""
    told = expectations(row.fields, rows, because, locale)
    bound = {name for rule in row.rules if "then" in rule for name in row.named(rule["then"])}
    over = [one for one in told if one["check"] in _SPREAD and one["field"] in bound]
    for name in dict.fromkeys(one["field"] for one in over):
        row.notes.append(f"the mean and the shape of {name!r} are those before the rule on it")
    return [*(one for one in told if one not in over), *row.checks]


def _tied_after_all(words: str, row: Row) -> bool:
    """ "systolic always higher than diastolic", in the brackets of another field."""
    name, tie = conditioned(words) if len(words) <= 120 else ("", "")
    subject = row.find(name) if name.strip() and tie else None
    return subject is not None and not tied(row, [Tie(subject.name, tie, words)])


def _is_unmade(one: Shaped, row: Row, ties: Sequence[Tie], left: Sequence[str]) -> bool:
    """ "y = 3x + noise", whose formula was not understood: rather no field than any text."""
    kind = one.field.get("generator", {}).get("kind")
    is_text = kind in ("text", "category") and not one.hit.certain and is_open(one)
    is_told = any(tie.subject == one.said.name and tie.words in left for tie in ties)
    others = [other for other in row.fields if other is not one]
    is_needed = any(one.name in row.sources(other.field) for other in others)
    return is_text and is_told and bool(others) and row.is_free(one) and not is_needed
