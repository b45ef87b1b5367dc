"""A row while its fields are being tied together: its fields, rules, checks and notes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..lexicon import entries as lexicon
from ..naming import Setting, template_for
from ..saying.said import Said
from ..shaping import Shaped, shape
from .conditions import Names, sql_name

_NAME = re.compile(r'"([^"]+)"|([^\W\d]\w*)')


@dataclass
class Row:
    """Fields in order, and what ties them; `because` holds the words now being read."""

    fields: list[Shaped]
    setting: Setting
    rules: list[dict[str, Any]] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    factors: list[str] = field(default_factory=list)
    because: str = ""

    @property
    def names(self) -> Names:
        return Names(self.fields, self.setting.owner)

    def find(self, words: str) -> Shaped | None:
        return self.names.find(words)

    def meaning(self, *entries: str) -> Shaped | None:
        """The first field that means one of these."""
        return next((one for one in self.fields if one.entry in entries), None)

    def put(self, shaped: Shaped, *notes: str) -> None:
        """The field in the place of the one of its name."""
        self.notes.extend(notes)
        names = [one.name for one in self.fields]
        self.fields[names.index(shaped.name)] = shaped

    def add(self, name: str, beside: Shaped, *, after: bool = False) -> Shaped:
        """A further field, before (or after) one that is there."""
        shaped = shape(Said(name, name), self.setting)
        place = [one.name for one in self.fields].index(beside.name)
        self.fields.insert(place + after, shaped)
        return shaped

    def named(self, sql: str) -> list[str]:
        """The fields that an expression names."""
        bare = re.sub(r"'[^']*'", "", sql)
        return [one.name for one in self.fields if re.search(rf"(?<!\w){one.name}(?!\w)", bare)]

    def rules_of(self, name: str) -> list[dict[str, Any]]:
        return [rule for rule in self._orders if name in (rule["low"], rule["high"])]

    def is_free(self, *some: Shaped) -> bool:
        """Whether none of them is in a rule already."""
        taken = {value for rule in self.rules for value in (rule.get("low"), rule.get("high"))}
        taken |= {name for rule in self.rules for name in rule.get("fields", ())}
        return not taken & {one.name for one in some}

    @property
    def _orders(self) -> list[dict[str, Any]]:
        return [rule for rule in self.rules if "low" in rule]

    def promise(self, expr: str) -> None:
        self.checks.append({"check": "expression", "expr": expr, "because": self.because[:300]})

    def follows(self, name: str, other: str) -> bool:
        """Whether one field's value comes from, or is ordered after, the other's."""
        graph = {one.name: set(self.sources(one.field)) for one in self.fields}
        for rule in self._orders:
            graph.setdefault(rule["high"], set()).add(rule["low"])
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            one = waiting.pop()
            if one == other:
                return True
            if one not in seen:
                seen.add(one)
                waiting.extend(graph.get(one, ()))
        return False

    def sources(self, made: Mapping[str, Any]) -> Iterable[str]:
        """The fields that a field is made from."""
        generator = made.get("generator", {})
        yield from (generator[key] for key in ("after", "of") if generator.get(key))
        names = {one.name for one in self.fields}
        for text in (generator.get("expr", ""), made.get("null_when", "")):
            for quoted, bare in _NAME.findall(text):
                if (quoted or bare) in names:
                    yield quoted or bare


def made_by(shaped: Shaped, generator: Mapping[str, Any], **keys: Any) -> Shaped:
    """The field with another maker; what was guessed of its values is no longer said."""
    kept = {k: w for k, w in shaped.field.items() if k != "format"}
    return replace(
        shaped, field={**kept, "generator": dict(generator), **keys}, assumptions=(), questions=()
    )


def empty_with(shaped: Shaped, base: Shaped) -> Shaped:
    """What is made from a cell that may be empty is empty with it."""
    may_be = base.field.get("null_fraction") or base.field.get("null_when")
    if not may_be or shaped.field.get("null_fraction") or shaped.field.get("null_when"):
        return shaped
    return replace(shaped, field={**shaped.field, "null_when": f"{sql_name(base.name)} IS NULL"})


def is_open(shaped: Shaped) -> bool:
    """Whether nothing was said of its values."""
    said = shaped.said
    told = (said.values, said.shares, said.mostly, said.pattern, said.template, said.period,
            said.clock, said.shape)  # fmt: skip
    numbers = (said.low, said.high, said.mean, said.median, said.stddev, said.start)
    return not any(told) and all(one is None for one in numbers) and not said.serial


def is_known_choice(words: str, setting: Setting) -> bool:
    """Whether the words name a field that has one of a few values in such a table."""
    return bool(template_for(words, setting).template.values)


def is_known_day(words: str) -> bool:
    """Whether the words name a date or a date and time: "start", "damage date"."""
    parts = lexicon.words_of(words)
    hit = lexicon.exact(words) or (lexicon.find(words) if parts[-1:] == ("date",) else None)
    return bool(hit and hit.template.type in ("date", "datetime"))
