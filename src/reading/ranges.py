"""Which numbers a field holds: what was said, filled up from the template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, inf
from statistics import NormalDist
from typing import Any

from .lexicon.makers import Template
from .saying.said import Said
from .spreads import ends_of, lognormal_around, lognormal_with, normal_with, through

Number = int | float
Bounds = tuple[Number | None, Number | None]
Shape = tuple[dict[str, Any], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Numbers:
    """`minimum`/`maximum` are bounds that were said; `notes` go on after the field's name."""

    type: str
    generator: Mapping[str, Any]
    minimum: Number | None = None
    maximum: Number | None = None
    notes: tuple[str, ...] = ()


def ranged(said: Said, template: Template) -> Numbers:
    """The field's distribution; without a word about numbers, the template's own."""
    if _says_nothing(said):
        return Numbers(template.type, _own(template), notes=_described(template))
    kind, places = _precision(said, template)
    low, high = _bounds(said, kind, places)
    if _is_free(said) and (low is None or high is None):
        return _open(template, kind, places, (low, high))
    if _is_free(said):
        return Numbers(kind, _uniform(low, high, places), low, high)
    if said.quantiles and (drawn := _through(said, template, kind, places, (low, high))):
        return drawn
    own = (template.generator or {}).get("stddev")
    if said.mean is None and said.median is None and (low, high) == (None, None):
        drawn = _drawn(
            said, kind, places, natural(template), own
        )  # "score skewed": in its own range
        return Numbers(drawn.type, drawn.generator, notes=drawn.notes)
    return _drawn(said, kind, places, (low, high), own)


def _says_nothing(said: Said) -> bool:
    told = (said.low, said.high, said.mean, said.median, said.stddev, said.shape, said.decimals)
    return all(one is None for one in told) and not said.quantiles


def _is_free(said: Said) -> bool:
    """Whether no distribution was said: both bounds are then needed."""
    is_bare = said.mean is None and said.median is None and not said.quantiles
    return said.shape in (None, "uniform") and is_bare


def _own(template: Template) -> Mapping[str, Any]:
    return template.generator or {"kind": "uniform", "minimum": 0, "maximum": 100}


def _described(template: Template) -> tuple[str, ...]:
    """The guessed numbers in words; a running number needs none."""
    if template.kind in ("sequence", "category"):
        return ()
    low, high = natural(template)
    kind = "whole numbers" if template.type == "integer" else "numbers"
    if low is None or high is None:
        median = (template.generator or {}).get("median")
        return (f"was taken as amounts with a median of {median}",) if median else ()
    return (f"was taken as {kind} from {low} to {high}",)


def natural(template: Template) -> tuple[Number | None, Number | None]:
    """The range of a template's own generator."""
    generator = template.generator or {}
    low, high = generator.get("truncate") or (generator.get("minimum"), generator.get("maximum"))
    return low, high


def _precision(said: Said, template: Template) -> tuple[str, int | None]:
    """(type, decimal places): bounds with decimals make a number of any field."""
    told = [n for n in (said.low, said.high, said.mean, said.median) if n is not None]
    told += [value for _, value in said.quantiles]
    is_whole = all(float(n).is_integer() for n in told) and not _is_fine(said)
    own = (template.generator or {}).get("decimal_places", 2)
    if said.shape == "poisson":  # counts, whatever their mean
        return "integer", None
    if said.type == "integer" or (template.type == "integer" and is_whole and not said.decimals):
        return "integer", None
    if said.decimals is not None:
        return "number", said.decimals
    return "number", int(own) if template.type == "number" else 2


def _is_fine(said: Said) -> bool:
    """ "distance km lognormal median 3": whole numbers would leave no shape."""
    centre = said.median if said.median is not None else said.mean
    return said.shape in ("lognormal", "exponential") and centre is not None and centre < 10


def _bounds(said: Said, kind: str, places: int | None) -> tuple[Number | None, Number | None]:
    """Both ends included: "over 18" starts at 19, or at 18.01."""
    step = 1 if kind == "integer" else round(10.0 ** -(places or 0), 9)
    low, high = said.low, said.high
    if low is not None and said.above:
        low = round(low + step, places or 0) if kind == "number" else int(low) + 1
    if high is not None and said.below:
        high = round(high - step, places or 0) if kind == "number" else int(high) - 1
    return low, high


def _open(
    template: Template,
    kind: str,
    places: int | None,
    said_bounds: tuple[Number | None, Number | None],
) -> Numbers:
    """One end was said, or only the decimals: the other end comes from the template."""
    low, high = said_bounds
    if low is None and high is None:
        own = {**(template.generator or {}), "decimal_places": places}
        return Numbers(kind, own, notes=_described(template))
    if _holds_median(template, low, high):
        cut = {**(template.generator or {}), "truncate": [low, high]}
        return Numbers(kind, cut, low, high)
    own_low, own_high = natural(template)
    if low is None and high is not None:
        low = own_low if own_low is not None and own_low < high else _floor(high)
        note = f"was given {low} as its lowest value"
    else:
        low = low or 0
        high = own_high if own_high is not None and own_high > low else _ceiling(low)
        note = f"was given {high} as its highest value"
    return Numbers(kind, _uniform(low, high, places), *said_bounds, notes=(note,))


def _holds_median(template: Template, low: Number | None, high: Number | None) -> bool:
    """Whether amounts around a median can keep their shape within the bound."""
    median = (template.generator or {}).get("median")
    return median is not None and (low or 0) < median < (high or median + 1)


def _floor(high: Number) -> Number:
    return 0 if high > 0 else high * 10 - 10


def _ceiling(low: Number) -> Number:
    return low * 10 if low >= 1 else 100


def _uniform(low: Number | None, high: Number | None, places: int | None) -> dict[str, Any]:
    drawn: dict[str, Any] = {"kind": "uniform", "minimum": low, "maximum": high}
    return drawn if places is None else {**drawn, "decimal_places": places}


def _drawn(
    said: Said,
    kind: str,
    places: int | None,
    bounds: tuple[Number | None, Number | None],
    own: float | None,
) -> Numbers:
    """`own` is the standard deviation that the field's template has."""
    shape = said.shape if said.shape in _SHAPES else _usual(said, kind, bounds, own)
    if shape != "normal" and not 0 < _centre(said, bounds) <= _WIDEST[shape]:
        shape = "normal"  # the others are of positive numbers
    generator, notes = _SHAPES[shape](said, bounds, own)
    if bounds != (None, None):
        generator["truncate"] = list(bounds)
    if places is not None:
        generator["decimal_places"] = places
    made = {"kind": shape, **_met({"kind": shape, **generator}, said)}
    return Numbers(kind, made, *bounds, notes=notes)


def _usual(said: Said, kind: str, bounds: Bounds, own: float | None) -> str:
    """The shape where none was said: amounts have many small ones and few large ones."""
    is_amount = kind == "number" and said.stddev is None and own is None
    if said.median is not None and said.mean is None and kind == "number":
        return "lognormal"
    is_open = bounds[1] is None and (bounds[0] is None or 0 <= bounds[0] < _centre(said, bounds))
    is_open = is_open and bounds[0] is not None
    return "lognormal" if is_amount and is_open else "normal"


def _through(
    said: Said, template: Template, kind: str, places: int | None, bounds: Bounds
) -> Numbers | None:
    """By its quantiles; one alone is not enough, and is left for the account of what was used."""
    points = {**dict(said.quantiles), **({0.5: said.median} if said.median is not None else {})}
    sigma = (template.generator or {}).get("sigma")
    if len(points) == 1 and sigma:  # amounts: as wide as such amounts are
        [(part, value)] = points.items()
        points[0.5] = value / exp(NormalDist().inv_cdf(part) * sigma) if value > 0 else value
    own = (template.generator or {}).get("truncate") or (None, None)
    low, high = (said if said is not None else own for said, own in zip(bounds, own, strict=True))
    ends = (-inf if low is None else low, inf if high is None else high)
    drawn = through(tuple(sorted(points.items())), ends) if len(points) > 1 else None
    if drawn is None:
        return None
    made = {key: round(w, 6) if isinstance(w, float) else w for key, w in drawn.items()}
    if (low, high) != (None, None):
        made["truncate"] = [low, high]
    if places is not None:
        made["decimal_places"] = places
    return Numbers(kind, made, *bounds)


def _met(generator: dict[str, Any], said: Said) -> dict[str, Any]:
    """The generator with parameters for which the cut numbers have the mean that was said."""
    ends = ends_of(generator)
    kind = generator["kind"]
    if said.mean is not None and kind == "lognormal":
        median = lognormal_with(said.mean, generator["sigma"], ends)
        return {**generator, "median": round(median, 6)} if median else generator
    if ends == (-inf, inf):
        return generator
    if said.median is not None and kind == "lognormal":
        median = lognormal_around(said.median, generator["sigma"], ends)
        return {**generator, "median": round(median, 6)} if median else generator
    if said.mean is not None and kind == "normal":
        is_exact = said.stddev is not None
        if found := normal_with(said.mean, generator["stddev"], ends, exact=is_exact):
            return {**generator, "mean": round(found[0], 4), "stddev": round(found[1], 4)}
    return generator


def _centre(said: Said, bounds: tuple[Number | None, Number | None]) -> float:
    for told in (said.mean, said.median):
        if told is not None:
            return float(told)
    low, high = bounds
    if said.shape in ("lognormal", "exponential") and low is not None and high is not None:
        return low + (high - low) / 4
    return (low + high) / 2 if low is not None and high is not None else float(low or high or 100)


def _normal(said: Said, bounds: Bounds, own: float | None) -> Shape:
    mean = _centre(said, bounds)
    if said.stddev:
        return {"mean": mean, "stddev": said.stddev}, ()
    low, high = bounds
    width = abs(high - low) / 6 if low is not None and high is not None else abs(mean) / 5
    width = min(width, own or width)  # no wider than such a field is of itself
    stddev = round(width, 4) or 1.0
    return {"mean": mean, "stddev": stddev}, (f"was given a standard deviation of {stddev:g}",)


def _lognormal(said: Said, bounds: Bounds, _own: float | None) -> Shape:
    median = _centre(said, bounds) if said.median is None else said.median
    if said.stddev:
        return {"median": median, "sigma": said.stddev}, ()
    return {"median": median or 1.0, "sigma": 0.7}, ("was given a sigma of 0.7",)


def _exponential(said: Said, bounds: Bounds, _own: float | None) -> Shape:
    return {"mean": abs(_centre(said, bounds)) or 1.0}, ()


_GAMMA_SHAPE = 2.0


def _gamma(said: Said, bounds: Bounds, _own: float | None) -> Shape:
    scale = (abs(_centre(said, bounds)) or 1.0) / _GAMMA_SHAPE
    return {"shape": _GAMMA_SHAPE, "scale": scale}, (f"was given a shape of {_GAMMA_SHAPE:g}",)


_WIDEST = {"lognormal": 1e15, "exponential": 1e15, "gamma": 1e15, "poisson": 1e6}
_SHAPES = {
    "normal": _normal,
    "lognormal": _lognormal,
    "exponential": _exponential,
    "gamma": _gamma,
    "poisson": _exponential,
}
