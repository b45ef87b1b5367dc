"""From what was said about a field, and its template, to the field of a schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from .kinds import typed
from .lexicon.entries import Hit
from .lexicon.makers import Template
from .naming import Setting, field_name, template_for
from .ranges import ranged
from .saying.days import iso, said_span
from .saying.quantities import Span
from .saying.said import Said, Value
from .saying.values import TRUE_FALSE, plain_word
from .weighing import counted_shares, of_nothing, tidy, type_of, weighted

OPTIONAL_SHARE = 0.2
MOST_CODES = 1000
"""Codes from a first to a last one that are listed as values."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """A field, what was said of it, and what had to be assumed or should be asked."""

    field: dict[str, Any]
    said: Said
    hit: Hit
    assumptions: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return str(self.field["name"])

    @property
    def entry(self) -> str:
        return self.hit.entry

    def noting(self, *sentences: str) -> Shaped:
        return replace(self, assumptions=(*self.assumptions, *sentences))


def shape(said: Said, setting: Setting) -> Shaped:
    """The field that a phrase describes; `said.name` must not be empty."""
    hit = template_for(said.name, setting)
    return built(hit, said, setting)


def reshape(shaped: Shaped, later: Said, setting: Setting) -> Shaped:
    """The field after a later phrase said more about it."""
    return built(shaped.hit, later.over(shaped.said), setting)


def built(hit: Hit, said: Said, setting: Setting) -> Shaped:
    """The field with its template and all that was said written into it."""
    template = typed(hit.template, said, known=hit.certain)
    start = Shaped(
        {"name": field_name(said.name), "type": template.type}, said, hit, left=said.rest
    )
    shaped = _qualified(_made(start, template, setting), template)
    return _asked(shaped if hit.certain else _guessed(shaped, hit.entry), template)


# ── who makes it ──────────────────────────────────────────────────────────────────────────────


def _made(shaped: Shaped, template: Template, setting: Setting) -> Shaped:
    said = shaped.said
    if (listed := counted_shares(said)) is not None:
        return _categories(replace(shaped, said=listed), template)
    fits = bool(said.weights) and len(said.weights) == len(template.values)  # "priority 60/40"
    if said.values or said.shares or said.mostly or said.portion is not None or fits:
        return _divided(shaped, template)
    if said.weights:
        shaped = replace(shaped, left=(*shaped.left, said.words))
    if said.codes:
        return _numbered_codes(shaped, setting)
    if said.pattern or said.template or said.serial or said.start is not None:
        return _coded(shaped, template)
    return _drawn(shaped, template, setting)


def _drawn(shaped: Shaped, template: Template, setting: Setting) -> Shaped:
    """Days, numbers, words, or whatever the name stands for."""
    if template.type in ("date", "datetime", "time"):
        return _dated(shaped, template, setting.context.today)
    if template.type in ("integer", "number"):
        return _numbered(shaped, template)
    if shaped.said.lengths:
        return _with(shaped, generator={"kind": "text", "words": list(shaped.said.lengths)})
    return _plain(_unfitting(shaped), template)


def _with(shaped: Shaped, **keys: Any) -> Shaped:
    return replace(shaped, field={**shaped.field, **keys})


def _bounded(shaped: Shaped, **bounds: Any) -> Shaped:
    constraints = {**shaped.field.get("constraints", {})}
    constraints.update({key: value for key, value in bounds.items() if value is not None})
    return _with(shaped, constraints=constraints) if constraints else shaped


def _plain(shaped: Shaped, template: Template) -> Shaped:
    keys: dict[str, Any] = {"format": template.format} if template.format else {}
    if template.generator:
        keys["generator"] = dict(template.generator)
    return _with(shaped, **keys)


def _divided(shaped: Shaped, template: Template) -> Shaped:
    said = shaped.said
    is_lone = said.portion is not None and not (said.values or said.shares or said.mostly)
    return _portioned(shaped, template) if is_lone else _categories(shaped, template)


def _portioned(shaped: Shaped, template: Template) -> Shaped:
    """ "newsletter 40 %" is how many have it; "VAT 19%" is 19 on every row."""
    portion = shaped.said.portion or 0.0
    if template.type == "boolean" and shaped.said.exact:
        weights = [tidy(portion), tidy(1 - portion)]
        made = {"kind": "category", "values": [True, False], "weights": weights, "quota": "exact"}
        return _with(shaped, generator=made)
    if template.type == "boolean":
        return _with(shaped, generator={"kind": "bernoulli", "p": round(portion, 6)})
    value = round(portion * 100, 6)
    generator = {"kind": "constant", "value": int(value) if value.is_integer() else value}
    if template.type not in ("integer", "number"):
        return replace(_plain(shaped, template), left=(*shaped.left, shaped.said.words))
    kind = "integer" if value.is_integer() else "number"
    return _with(shaped, type=kind, generator=generator).noting(
        f"{shaped.name!r} was taken as {value:g} on every row"
    )


def _unfitting(shaped: Shaped) -> Shaped:
    """Bounds that a field of text or of truth cannot have."""
    said = shaped.said
    if said.is_ranged or said.period or said.clock or said.mean is not None or said.step:
        return replace(shaped, left=(*shaped.left, said.words))
    return shaped


def _coded(shaped: Shaped, template: Template) -> Shaped:
    said = shaped.said
    if said.pattern:
        shaped = _with(shaped, type="string")
        return _with(shaped, generator={"kind": "pattern", "pattern": said.pattern})
    generator: dict[str, Any] = {"kind": "sequence"}
    own = (template.generator or {}).get("template") if template.kind == "sequence" else None
    form, first = said.template or (own, 1)
    if form:
        generator["template"] = form
    generator["start"] = said.start if said.start is not None else first
    return _with(shaped, type="string" if form else "integer", generator=generator)


def _numbered_codes(shaped: Shaped, setting: Setting) -> Shaped:
    """ "S001..S120": each once where there are as many as rows, or more; else each many times."""
    before, digits, first, last = shaped.said.codes or ("", 1, 1, 1)
    form = f"{before}{{n:0{digits}d}}"
    if setting.rows is not None and setting.rows <= last - first + 1:
        return _with(
            shaped, type="string", generator={"kind": "sequence", "template": form, "start": first}
        )
    if last - first >= MOST_CODES:
        return replace(shaped, left=(*shaped.left, shaped.said.words))
    values = [form.format(n=number) for number in range(first, last + 1)]
    return _with(shaped, type="string", generator={"kind": "category", "values": values})


# ── categories ────────────────────────────────────────────────────────────────────────────────


def _categories(shaped: Shaped, template: Template) -> Shaped:
    said = shaped.said
    if template.type in ("integer", "number") and not said.values and of_nothing(said):
        return replace(_numbered(shaped, template), left=(*shaped.left, said.words))
    shaped = _unfitting(shaped)
    if template.type == "boolean" and not said.values:
        return _truth(shaped, template)
    shares = weighted(said, template)
    values = [value for value, _ in shares]
    generator: dict[str, Any] = {"kind": "category", "values": values}
    if said.weights or said.shares or said.mostly:
        generator["weights"] = [tidy(weight) for _, weight in shares]
    if said.exact:
        generator["quota"] = "exact"
    shaped = _with(shaped, type=type_of(values, template), generator=generator)
    return _explained(shaped, values)


def _explained(shaped: Shaped, values: list[Value]) -> Shaped:
    said, name = shaped.said, shaped.name
    notes = []
    if said.examples:
        notes.append(f"the examples of {name!r} were taken as its only values")
    if said.mostly:
        notes.append(f"'mostly' was taken as 70 % for {name!r}")
    if len(values) == 1 and isinstance(values[0], int | float) and not isinstance(values[0], bool):
        notes.append(f"{name!r} was taken as {values[0]:g} on every row")
    named = {plain_word(value) for value, _ in said.shares}
    added = [str(v) for v in values if plain_word(v) not in named and v not in said.values]
    if added and said.shares:
        notes.append(f"the rest of {name!r} was given to: {', '.join(added)}")
    if said.weights and len(said.weights) != len(values):
        shaped = replace(shaped, left=(*shaped.left, said.words))
    if sum(share for _, share in said.shares) > 1.0001:
        notes.append(
            f"the shares of {name!r} add up to more than 100 %; only their proportions count"
        )
    return shaped.noting(*notes)


def _truth(shaped: Shaped, template: Template) -> Shaped:
    """ "80% true", "30% yes", "60% active": a share of the true ones."""
    said = shaped.said
    p = float((template.generator or {}).get("p", 0.5))
    for value, share in said.shares[:1]:
        is_true = TRUE_FALSE.get(
            str(value).casefold(), not str(value).casefold().startswith("not ")
        )
        p = share if is_true else 1 - share
    if said.mostly:
        p = 0.8 if TRUE_FALSE.get(said.mostly.casefold(), True) else 0.2
        shaped = shaped.noting(f"'mostly' was taken as 80 % for {shaped.name!r}")
    return _with(shaped, type="boolean", generator={"kind": "bernoulli", "p": round(p, 6)})


# ── dates ─────────────────────────────────────────────────────────────────────────────────────


def _dated(shaped: Shaped, template: Template, today: date) -> Shaped:
    said = shaped.said
    if template.type == "time":
        return (
            _bounded(shaped, minimum=said.clock[0], maximum=said.clock[1]) if said.clock else shaped
        )
    first, last = template.days or (-1095, 0)
    natural = (today + timedelta(days=first), today + timedelta(days=last))
    span = said_span(said, natural, today)
    if said.clock:
        return _at_hours(shaped, template, span or natural)
    if span:
        low, high = iso(span, template.type)
        if said.period and said.period[0] is None:
            shaped = shaped.noting(f"{shaped.name!r} was given {span[0]} as its first day")
        return _bounded(shaped, minimum=low, maximum=high)
    shaped = _unfitting(shaped)
    if template.generator:
        return _plain(shaped, template)
    low, high = iso(natural, template.type)
    shaped = _with(shaped, generator={"kind": "datetime", "minimum": low, "maximum": high})
    return shaped.noting(f"{shaped.name!r} was taken as days from {natural[0]} to {natural[1]}")


_EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def _at_hours(shaped: Shaped, template: Template, span: Span) -> Shaped:
    """ "ordered at between 11:00 and 23:00", on any day."""
    said = shaped.said
    if template.type != "datetime" or not said.clock:
        return replace(shaped, left=(*shaped.left, said.words))
    low, high = iso(span, template.type)
    hours = {"start": said.clock[0][:5], "end": said.clock[1][:5], "days": _EVERY_DAY}
    made = {"kind": "datetime", "minimum": low, "maximum": high, "business_hours": hours}
    shaped = _with(shaped, generator=made)
    if said.period:
        return shaped
    return shaped.noting(f"{shaped.name!r} was taken as days from {span[0]} to {span[1]}")


# ── numbers ───────────────────────────────────────────────────────────────────────────────────


def _numbered(shaped: Shaped, template: Template) -> Shaped:
    if shaped.said.clock or (shaped.said.period and not shaped.said.is_ranged):
        shaped = replace(shaped, left=(*shaped.left, shaped.said.words))
    numbers = ranged(shaped.said, template)
    shaped = _with(shaped, type=numbers.type, generator=dict(numbers.generator))
    shaped = _bounded(shaped, minimum=numbers.minimum, maximum=numbers.maximum)
    if shaped.said.step and shaped.said.step not in (1, 10.0 ** -(shaped.said.decimals or 0)):
        shaped = _bounded(shaped, multipleOf=shaped.said.step)
    return shaped.noting(*(f"{shaped.name!r} {note}" for note in numbers.notes))


# ── what else was said ────────────────────────────────────────────────────────────────────────


def _qualified(shaped: Shaped, template: Template) -> Shaped:
    said = shaped.said
    if said.unique or (template.unique and not said.values):
        shaped = _bounded(shaped, unique=True)
        shaped = _countable(shaped, template)
    if said.required:
        shaped = _bounded(shaped, required=True)
    if said.characters and shaped.field["type"] == "string":
        shaped = _long(shaped, *said.characters)
    if said.null_share is not None:
        shaped = _with(shaped, null_fraction=said.null_share)
    elif said.optional:
        shaped = _with(shaped, null_fraction=OPTIONAL_SHARE)
        shaped = shaped.noting(f"{shaped.name!r} is optional: a fifth of its cells were left empty")
    if said.unit and shaped.field["type"] in ("integer", "number"):
        shaped = _with(shaped, description=f"in {said.unit}")
    return shaped


def _long(shaped: Shaped, least: int | None, most: int | None) -> Shaped:
    """Texts of so many characters; their words are few enough to fit."""
    made = shaped.field.get("generator", {})
    if made.get("kind") == "text" and most:
        words = [min(n, max(1, most // 8)) for n in made["words"]]
        return _bounded(
            _with(shaped, generator={**made, "words": words}), maxLength=most, minLength=least
        )
    if made.get("kind") == "person" and most and most >= 60 and not least:
        return _bounded(shaped, maxLength=most)
    return shaped


def _countable(shaped: Shaped, template: Template) -> Shaped:
    """Unique whole numbers of no said range count up."""
    if template.type == "integer" and template.kind != "sequence" and not shaped.said.is_ranged:
        return _with(shaped, generator={"kind": "sequence", "start": 1})
    return shaped


def _guessed(shaped: Shaped, entry: str) -> Shaped:
    said = shaped.said
    if said.type or said.true_false or said.values or said.pattern:
        return shaped  # the request itself said what it is
    if entry:
        return shaped.noting(f"{shaped.name!r} was read as {entry!r}")
    return shaped.noting(
        f"{shaped.name!r} is not a field known here; it was taken as {_kind_of(shaped.field)}"
    )


def _kind_of(field: Mapping[str, Any]) -> str:
    kind = field.get("generator", {}).get("kind", "")
    kinds = {"text": "short text", "category": "one of a few values", "pattern": "a code"}
    types = {"integer": "whole numbers", "boolean": "yes or no", "date": "a date",
             "datetime": "a date and time", "time": "a time of day"}  # fmt: skip
    return kinds.get(kind) or types.get(field["type"], f"{field['type']}s")


def _asked(shaped: Shaped, template: Template) -> Shaped:
    """A sentence for values that nobody named; a question where they stand for others."""
    said, name = shaped.said, shaped.name
    made = shaped.field.get("generator", {}).get("values")
    if not made or not template.values or said.values or said.shares or said.mostly:
        return shaped
    if template.guessed:
        return replace(shaped, questions=(*shaped.questions, f"Which values may {name!r} have?"))
    shown = ", ".join(map(str, template.values[:6])) + (" …" if len(template.values) > 6 else "")
    return shaped.noting(f"{name!r} was taken as one of {shown}")
