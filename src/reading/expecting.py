"""What the request promised, as checks on the finished data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .saying.said import Said
from .shaping import Shaped
from .spreads import has_mean, has_quantile

Check = dict[str, Any]
POSTCODES = {
    **dict.fromkeys(("de", "fr", "es", "it"), "[0-9]{5}"),
    **dict.fromkeys(("de_AT", "de_CH"), "[0-9]{4}"),
    "en_US": "[0-9]{5}",
    "nl": "[0-9]{4} ?[A-Z]{2}",
}
"""What a postcode looks like where the request says which country it means."""
MOST_PAIRS = 60
"""Longer lists of pairs stand in the schema only, whose own promise they are."""
AGREEING = (("email", "name"), ("user_name", "name"), ("postcode", "city"))
"""Parts of a person that follow from each other."""


def expectations(
    fields: Sequence[Shaped], rows: int | None, rows_because: str, locale: str | None = None
) -> list[Check]:
    """Checks in the order of the request; `because` holds its words. `locale` is the request's own,
    None where it names none."""
    found: list[Check] = []
    if rows is not None:
        found.append({"check": "row_count", "equals": rows, "because": rows_because})
    for shaped in fields:
        found.extend(of_field(shaped.field, shaped.said))
        found.extend(_postcode(shaped, locale))
    return [*found, *_agreements(fields)]


def of_field(field: Mapping[str, Any], said: Said) -> Iterator[Check]:
    """The checks that one phrase implies."""
    for check in _checks(field, said):
        subject = {} if "fields" in check else {"field": field["name"]}
        if check["check"] == "unique":
            subject = {"fields": [field["name"]]}
        yield {"check": check.pop("check"), **subject, **check, "because": _because(said)}


def _because(said: Said) -> str:
    return said.words[:300]


def _checks(field: Mapping[str, Any], said: Said) -> Iterator[Check]:
    constraints = field.get("constraints", {})
    if constraints.get("unique"):
        yield {"check": "unique"}
    yield from _null_check(field)
    yield from _range(field, said)
    if (said.lengths or said.characters) and (
        length := _bounds(constraints, "minLength", "maxLength")
    ):
        yield {"check": "length", **length}
    yield from _value_checks(field, said)
    yield from _spread(field, said)
    if said.pattern:
        yield {"check": "matches", "pattern": said.pattern}
    if field.get("format") and field["type"] == "string":
        yield {"check": "format", "format": field["format"]}


def _bounds(given: Mapping[str, Any], low: str, high: str) -> Check:
    names = (("minimum", low), ("maximum", high))
    return {name: given[key] for name, key in names if given.get(key) is not None}


def _null_check(field: Mapping[str, Any]) -> Iterator[Check]:
    share = field.get("null_fraction")
    if "null_when" in field:
        return  # empty exactly then, which is a check of its own
    if share is None:
        yield {"check": "not_null"}
    else:
        yield {"check": "null_share", "equals": share}


def _range(field: Mapping[str, Any], said: Said) -> Iterator[Check]:
    """Of the constraints, or of the generator where the request itself gives the ends."""
    bounds = _bounds(field.get("constraints", {}), "minimum", "maximum")
    if not bounds and (said.period is not None or said.is_ranged):
        generator = field.get("generator", {})
        if generator.get("kind") in ("uniform", "datetime"):
            bounds = _bounds(generator, "minimum", "maximum")
    if bounds:
        yield {"check": "range", **bounds}


def _value_checks(field: Mapping[str, Any], said: Said) -> Iterator[Check]:
    generator = field.get("generator", {})
    values = generator.get("values", [])
    if generator.get("kind") == "subcategory":
        yield from _pairs(field["name"], generator)
        return
    if (said.values or said.codes) and not said.examples and values:
        yield {"check": "one_of", "values": values}
    if field.get("null_fraction") or "null_when" in field:
        return  # a share of the filled cells is not a share of the rows
    exact = {"tolerance": 0} if said.exact else {}
    for value, share in _promised(field, said):
        yield {"check": "share", "value": value, "equals": round(share, 6), **exact}


def _pairs(name: str, generator: Mapping[str, Any]) -> Iterator[Check]:
    pairs = [[of, value] for of, inner in generator["values"].items() for value in inner]
    if len(pairs) <= MOST_PAIRS:
        fields = [generator["of"], name]
        yield {"check": "combinations", "fields": fields, "combinations": pairs}


def _promised(field: Mapping[str, Any], said: Said) -> Iterator[tuple[Any, float]]:
    generator = field.get("generator", {})
    if field["type"] == "boolean":
        if generator.get("kind") == "bernoulli" and (said.shares or said.portion is not None):
            yield True, generator["p"] if said.portion is None else said.portion
        return
    values, weights = generator.get("values", ()), generator.get("weights", ())
    total = sum(weights)
    named = {str(value) for value, _ in said.shares}
    for value, weight in zip(values, weights, strict=False):
        if total and (str(value) in named or len(said.weights) == len(values)):
            yield value, weight / total


def _spread(field: Mapping[str, Any], said: Said) -> Iterator[Check]:
    """Mean, quantiles and distribution as said, where the generator has them; how far chance may
    take them, the judge knows."""
    generator = field.get("generator", {})
    if said.mean is not None and has_mean(generator, said.mean):
        yield {"check": "mean", "equals": said.mean}
    if said.median is not None and has_quantile(generator, 0.5, said.median):
        yield {"check": "median", "equals": said.median}
    for part, value in said.quantiles:
        if has_quantile(generator, part, value):
            yield {"check": "quantile", "q": part, "equals": value}
    if said.shape is not None and generator.get("kind") == said.shape:
        yield {"check": "distribution"}


# ── people and places ─────────────────────────────────────────────────────────────────────────


def _part(shaped: Shaped) -> str:
    generator = shaped.field.get("generator", {})
    return str(generator.get("part", "name")) if generator.get("kind") == "person" else ""


def _postcode(shaped: Shaped, locale: str | None) -> Iterator[Check]:
    looks = POSTCODES.get(locale or "") or POSTCODES.get((locale or "").split("_")[0])
    if _part(shaped) == "postcode" and looks:
        name, because = shaped.field["name"], _because(shaped.said)
        yield {"check": "matches", "field": name, "pattern": looks, "because": because}


def _agreements(fields: Sequence[Shaped]) -> Iterator[Check]:
    """Of the row's only person: who is a second one has names of its own."""
    parts = {_part(one): one for one in fields if "who" not in one.field.get("generator", {})}
    for one, other in AGREEING:
        if one in parts and other in parts:
            names = [parts[part].field["name"] for part in (one, other)]
            yield {"check": "agree", "fields": names, "because": _because(parts[one].said)}
