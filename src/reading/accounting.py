"""What was said of a field and is not in it: nothing may be dropped in silence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .lexicon.entries import words_of
from .saying.said import Said
from .saying.values import TRUE_FALSE, plain_word
from .spreads import has_mean, has_quantile

Field = Mapping[str, Any]


def is_used(said: Said, field: Field) -> bool:
    """Whether all that the phrase says about values stands in the field as it was made."""
    return all(holds(said, field) for told, holds in _ACCOUNT if told(said))


def _generator(field: Field) -> Mapping[str, Any]:
    made: Mapping[str, Any] = field.get("generator", {})
    return made


def _constraints(field: Field) -> Mapping[str, Any]:
    made: Mapping[str, Any] = field.get("constraints", {})
    return made


def _kind(field: Field) -> str:
    return str(_generator(field).get("kind", ""))


def _has_bounds(_said: Said, field: Field) -> bool:
    """As a range of values or of days; categories and constants have none of their own."""
    told = {**_generator(field), **_constraints(field)}
    is_bounded = {"minimum", "maximum", "truncate"} & told.keys()
    return bool(is_bounded) or _kind(field) == "expression"


def _has_shares(said: Said, field: Field) -> bool:
    made = _generator(field)
    if field["type"] == "boolean":
        own = set(words_of(str(field["name"])))
        told = [str(value).casefold().removeprefix("not ") for value, _ in said.shares]
        return "p" in made and all(one in TRUE_FALSE or own & set(words_of(one)) for one in told)
    values = {plain_word(value) for value in made.get("values", ())}
    return bool(made.get("weights")) and {plain_word(v) for v, _ in said.shares} <= values


def _has_spread(said: Said, field: Field) -> bool:
    made = _generator(field)
    return said.stddev is None or _kind(field) in ("normal", "lognormal") or "p" in made


def _has_mean(said: Said, field: Field) -> bool:
    return said.mean is not None and has_mean(_generator(field), said.mean)


def _has_quantiles(said: Said, field: Field) -> bool:
    told = (*said.quantiles, *(((0.5, said.median),) if said.median is not None else ()))
    return all(has_quantile(_generator(field), part, value) for part, value in told)


def _has_values(said: Said, field: Field) -> bool:
    values = _generator(field).get("values", ())
    return bool(values) or {str(v).casefold() for v in said.values} <= TRUE_FALSE.keys()


def _has_shape(said: Said, field: Field) -> bool:
    kind = _kind(field)
    return kind == said.shape or (said.shape == "uniform" and kind in ("uniform", "category", ""))


def _has_length(_said: Said, field: Field) -> bool:
    return bool({"maxLength", "minLength"} & _constraints(field).keys())


def _has_portion(_said: Said, field: Field) -> bool:
    kinds = ("bernoulli", "constant", "expression", "category")
    return _kind(field) in kinds or "null_fraction" in field


_CODED = ("pattern", "sequence")
_ACCOUNT: tuple[tuple[Callable[[Said], object], Callable[[Said, Field], bool]], ...] = (
    (lambda s: s.is_ranged and not s.period, _has_bounds),
    (lambda s: s.period, lambda _s, f: f["type"] not in ("string", "boolean")),
    (lambda s: s.clock, lambda _s, f: "business_hours" in _generator(f) or f["type"] == "time"),
    (lambda s: s.values, _has_values),
    (lambda s: s.shares, _has_shares),
    (lambda s: s.weights, lambda _s, f: bool(_generator(f).get("weights"))),
    (lambda s: s.portion is not None, _has_portion),
    (lambda s: s.exact and (s.shares or s.weights), lambda _s, f: "quota" in _generator(f)),
    (lambda s: s.mean is not None, _has_mean),
    (lambda s: s.median is not None or s.quantiles, _has_quantiles),
    (lambda s: s.stddev is not None, _has_spread),
    (lambda s: s.shape, _has_shape),
    (lambda s: s.step is not None, lambda _s, f: f["type"] in ("integer", "number")),
    (lambda s: s.pattern or s.template or s.serial, lambda _s, f: _kind(f) in _CODED),
    (lambda s: s.codes, lambda _s, f: _kind(f) in ("sequence", "category")),
    (lambda s: s.lengths, lambda _s, f: _kind(f) == "text"),
    (lambda s: s.characters, _has_length),
    (lambda s: s.unique, lambda _s, f: bool(_constraints(f).get("unique"))),
    (lambda s: s.null_share is not None, lambda _s, f: "null_fraction" in f),
)  # fmt: skip
"""Whether such a thing was said, and whether the field has it."""
