"""From what was said about a field, and its template, to the field of a schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from .lexicon import makers
from .lexicon.entries import Hit
from .lexicon.makers import Template
from .naming import Setting, field_name, template_for
from .ranges import ranged
from .saying.days import iso, said_span
from .saying.said import Said, Value
from .saying.values import TRUE_FALSE, plain_word, typed

OPTIONAL_SHARE = 0.2


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
    template = _typed(hit.template, said, known=hit.certain)
    start = Shaped(
        {"name": field_name(said.name), "type": template.type}, said, hit, left=said.rest
    )
    shaped = _qualified(_made(start, template, setting), template)
    return _asked(shaped if hit.certain else _guessed(shaped, hit.entry), template)


# ── type ──────────────────────────────────────────────────────────────────────────────────────

_BY_TYPE: Mapping[str, Template] = {
    "integer": makers.whole(0, 1000),
    "number": makers.number(0, 1000),
    "string": makers.text(1, 4),
    "boolean": makers.flag(),
    "date": makers.day(-1095),
    "datetime": makers.moment(-365),
    "uuid": makers.formatted("uuid", unique=True),
}


def _typed(template: Template, said: Said, *, known: bool) -> Template:
    """The template, or another where the phrase says a type outright or by its values."""
    wanted = (said.type or "").removesuffix("s")
    if wanted in _BY_TYPE and wanted != template.type:
        if wanted == "string" and template.kind == "sequence":
            return makers.code("{n:06d}")
        return replace(_BY_TYPE[wanted], unique=template.unique)
    is_share = said.portion is not None and not known and template.type == "string"
    if (said.true_false or _is_truth(said) or is_share) and template.type != "boolean":
        return _BY_TYPE["boolean"]
    if wanted:
        return template
    if template.type == "time" and said.is_ranged:  # "waiting time up to 20 minutes"
        return _BY_TYPE["integer"]
    return template if known else _implied(template, said)


def _is_truth(said: Said) -> bool:
    """ "95% true", "40 % yes": shares of nothing but truths."""
    words = [str(value).casefold() for value, _ in said.shares]
    return bool(words) and not said.values and set(words) <= TRUE_FALSE.keys()


def _implied(template: Template, said: Said) -> Template:
    """A name that tells nothing: its bounds do."""
    is_text = template.type == "string"
    if said.period and is_text:
        return _BY_TYPE["date"]
    if is_text and (said.is_ranged or said.mean is not None or said.median is not None):
        numbers = (said.low, said.high, said.mean, said.median)
        is_whole = all(n is None or float(n).is_integer() for n in numbers)
        is_money = any(mark in said.unit.casefold() for mark in ("€", "$", "£", "eur", "usd"))
        return _BY_TYPE["number" if is_money or said.decimals or not is_whole else "integer"]
    return template


# ── who makes it ──────────────────────────────────────────────────────────────────────────────


def _made(shaped: Shaped, template: Template, setting: Setting) -> Shaped:
    said = shaped.said
    if said.values or said.shares or said.mostly or said.portion is not None:
        return _divided(shaped, template)
    if said.pattern or said.template or said.serial or said.start is not None:
        return _coded(shaped, template)
    if template.type in ("date", "datetime", "time"):
        return _dated(shaped, template, setting.context.today)
    if template.type in ("integer", "number"):
        return _numbered(shaped, template)
    if said.lengths:
        return _with(shaped, generator={"kind": "text", "words": list(said.lengths)})
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
    if said.is_ranged or said.period or said.clock or said.mean is not None:
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


# ── categories ────────────────────────────────────────────────────────────────────────────────


def _categories(shaped: Shaped, template: Template) -> Shaped:
    said = shaped.said
    shaped = _unfitting(shaped)
    if template.type == "boolean" and not said.values:
        return _truth(shaped, template)
    weighted = _weighted(said, template)
    values = [value for value, _ in weighted]
    generator: dict[str, Any] = {"kind": "category", "values": values}
    if said.weights or said.shares or said.mostly:
        generator["weights"] = [_tidy(weight) for _, weight in weighted]
    if said.exact:
        generator["quota"] = "exact"
    shaped = _with(shaped, type=_type_of(values, template), generator=generator)
    return _explained(shaped, values)


def _weighted(said: Said, template: Template) -> list[tuple[Value, float]]:
    """Each value with its weight in percent; what no share was named for shares the rest."""
    named = {plain_word(value): share * 100 for value, share in said.shares}
    values = list(said.values or typed(tuple(str(value) for value, _ in said.shares)))
    left = 100 - sum(named.values())
    if not said.values and left > 0.01:
        values += [v for v in template.values if plain_word(v) not in named] or ["other"]
    values += [v for v, _ in said.shares if plain_word(v) not in map(plain_word, values)]
    if said.mostly:
        values = values if any(plain_word(v) == plain_word(said.mostly) for v in values) else [
            said.mostly, *(values or [v for v in template.values if v != said.mostly] or ["other"])
        ]  # fmt: skip
        named[plain_word(said.mostly)] = min(70.0, max(left, 0))
        left = 100 - sum(named.values())
    if len(said.weights) == len(values):
        return list(zip(values, said.weights, strict=True))
    if not said.values and left <= 0.01:
        values = [value for value in values if plain_word(value) in named]
    open_ones = [value for value in values if plain_word(value) not in named]
    own = _own_weights(template, open_ones)
    return [
        (v, named[plain_word(v)] if plain_word(v) in named else max(left, 0) * own[v])
        for v in values
    ]


def _own_weights(template: Template, values: list[Value]) -> dict[Value, float]:
    """The template's proportions among these values, else equal ones; they sum to 1."""
    known = dict(
        zip(template.values, (template.generator or {}).get("weights") or (), strict=False)
    )
    raw = [float(known.get(v, 0)) for v in values]
    if not all(raw):
        raw = [1.0] * len(values)
    return {v: weight / sum(raw) for v, weight in zip(values, raw, strict=True)}


def _tidy(weight: float) -> int | float:
    rounded = round(weight, 4)
    return int(rounded) if float(rounded).is_integer() else rounded


def _type_of(values: list[Value], template: Template) -> str:
    if all(isinstance(v, int) for v in values):
        return "number" if template.type == "number" else "integer"
    return "number" if all(isinstance(v, int | float) for v in values) else "string"


def _explained(shaped: Shaped, values: list[Value]) -> Shaped:
    said, name = shaped.said, shaped.name
    notes = []
    if said.examples:
        notes.append(f"the examples of {name!r} were taken as its only values")
    if said.mostly:
        notes.append(f"'mostly' was taken as 70 % for {name!r}")
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
    if said.clock:
        shaped = replace(shaped, left=(*shaped.left, said.words))
    first, last = template.days or (-1095, 0)
    natural = (today + timedelta(days=first), today + timedelta(days=last))
    span = said_span(said, natural, today)
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


# ── numbers ───────────────────────────────────────────────────────────────────────────────────


def _numbered(shaped: Shaped, template: Template) -> Shaped:
    if shaped.said.clock or (shaped.said.period and not shaped.said.is_ranged):
        shaped = replace(shaped, left=(*shaped.left, shaped.said.words))
    numbers = ranged(shaped.said, template)
    shaped = _with(shaped, type=numbers.type, generator=dict(numbers.generator))
    shaped = _bounded(shaped, minimum=numbers.minimum, maximum=numbers.maximum)
    return shaped.noting(*(f"{shaped.name!r} {note}" for note in numbers.notes))


# ── what else was said ────────────────────────────────────────────────────────────────────────


def _qualified(shaped: Shaped, template: Template) -> Shaped:
    said = shaped.said
    if said.unique or (template.unique and not said.values):
        shaped = _bounded(shaped, unique=True)
        shaped = _countable(shaped, template)
    if said.required:
        shaped = _bounded(shaped, required=True)
    if said.null_share is not None:
        shaped = _with(shaped, null_fraction=said.null_share)
    elif said.optional:
        shaped = _with(shaped, null_fraction=OPTIONAL_SHARE)
        shaped = shaped.noting(f"{shaped.name!r} is optional: a fifth of its cells were left empty")
    if said.unit and shaped.field["type"] in ("integer", "number"):
        shaped = _with(shaped, description=f"in {said.unit}")
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
