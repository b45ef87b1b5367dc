"""What the request promised, as checks on the finished data."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .saying.said import Said
from .shaping import Shaped

Check = dict[str, Any]


def expectations(fields: Sequence[Shaped], rows: int | None, rows_because: str) -> list[Check]:
    """Checks in the order of the request; `because` holds its words."""
    found: list[Check] = []
    if rows is not None:
        found.append({"check": "row_count", "equals": rows, "because": rows_because})
    for shaped in fields:
        found.extend(of_field(shaped.field, shaped.said, rows))
    return found


def of_field(field: Mapping[str, Any], said: Said, rows: int | None) -> Iterator[Check]:
    """The checks that one phrase implies."""
    because = said.words[:300]
    for check in _checks(field, said, rows):
        subject = (
            {"fields": [field["name"]]} if check["check"] == "unique" else {"field": field["name"]}
        )
        yield {"check": check.pop("check"), **subject, **check, "because": because}


def _checks(field: Mapping[str, Any], said: Said, rows: int | None) -> Iterator[Check]:
    constraints = field.get("constraints", {})
    if constraints.get("unique"):
        yield {"check": "unique"}
    yield from _null_check(field)
    bounds = {key: constraints[key] for key in ("minimum", "maximum") if key in constraints}
    if bounds:
        yield {"check": "range", **bounds}
    yield from _value_checks(field, said, rows)
    yield from _centre_checks(field, said, rows)
    if said.pattern:
        yield {"check": "matches", "pattern": said.pattern}


def _null_check(field: Mapping[str, Any]) -> Iterator[Check]:
    share = field.get("null_fraction")
    if "null_when" in field:
        return  # empty exactly then, which is a check of its own
    if share is None:
        yield {"check": "not_null"}
    else:
        yield {"check": "null_share", "equals": share}


def _value_checks(field: Mapping[str, Any], said: Said, rows: int | None) -> Iterator[Check]:
    generator = field.get("generator", {})
    values = generator.get("values", [])
    if said.values and not said.examples and values:
        yield {"check": "one_of", "values": values}
    if field.get("null_fraction") or "null_when" in field:
        return  # a share of the filled cells is not a share of the rows
    exact = {"tolerance": 1 / rows if rows else 0.001} if said.exact else {}
    for value, share in _promised(field, said):
        yield {"check": "share", "value": value, "equals": round(share, 6), **exact}


def _promised(field: Mapping[str, Any], said: Said) -> Iterator[tuple[Any, float]]:
    generator = field.get("generator", {})
    if field["type"] == "boolean":
        if generator.get("kind") == "bernoulli" and (said.shares or said.portion is not None):
            yield True, generator["p"]
        return
    values, weights = generator.get("values", ()), generator.get("weights", ())
    total = sum(weights)
    named = {str(value) for value, _ in said.shares}
    for value, weight in zip(values, weights, strict=False):
        if total and (str(value) in named or len(said.weights) == len(values)):
            yield value, weight / total


def _centre_checks(field: Mapping[str, Any], said: Said, rows: int | None) -> Iterator[Check]:
    """Mean and median as said, within five standard errors of what the field is made of."""
    generator = field.get("generator", {})
    kind, is_cut = generator.get("kind"), "truncate" in generator
    if said.mean is not None and generator.get("mean") == said.mean and not is_cut:
        spread = generator.get("stddev") or (said.mean**0.5 if kind == "poisson" else said.mean)
        yield {
            "check": "mean",
            "equals": said.mean,
            "tolerance": _tolerance(spread, rows),
        }
    if said.median is not None and generator.get("mean") == said.median and not is_cut:
        spread = 1.2533 * (generator.get("stddev") or said.median)
        yield {"check": "median", "equals": said.median, "tolerance": _tolerance(spread, rows)}
    if said.median is not None and kind == "lognormal" and not is_cut:
        spread = 1.2533 * generator["sigma"] * said.median
        tolerance = _tolerance(spread, rows)
        yield {"check": "median", "equals": said.median, "tolerance": tolerance}


def _tolerance(spread: float, rows: int | None) -> float:
    """Five standard errors; of 1,000 rows where more are asked for, as fewer may be made."""
    error = 5 * abs(spread) / math.sqrt(max(1, min(rows or 1000, 1000)))
    return float(f"{error + 0.005:.3g}")  # and half a cent, for rounding
