"""Who builds which column: the table of generator kinds, and what a field without one becomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..core.models import FieldDefinition
from .briefs import Brief
from .draws.blocks import Maker
from .makers import durations, formats, identifiers, moments, numbers, texts, values
from .patterns import builders as patterns
from .people import builders as people
from .people import identities
from .rules import computed, series
from .tables import aggregates, fields

Builder = Callable[[Brief], Maker]
ANY = frozenset({"string", "integer", "number", "boolean", "date", "time", "datetime", "duration"})
NUMBERS = frozenset({"integer", "number"})
MOMENTS = frozenset({"date", "time", "datetime"})
TEXT = frozenset({"string"})


@dataclass(frozen=True, slots=True)
class Kind:
    """`types` it can fill, and the other fields of the row that it `needs`."""

    types: frozenset[str]
    build: Builder
    needs: Callable[[Any], tuple[str, ...]] = lambda _: ()


def _range(brief: Brief) -> Maker:
    return (moments.moment if brief.field.type in MOMENTS else numbers.uniform)(brief)


def _of(generator: Any) -> tuple[str, ...]:
    return (generator.of,)


def _after(generator: Any) -> tuple[str, ...]:
    return () if generator.after is None else (generator.after,)


KINDS: dict[str, Kind] = {
    "category": Kind(ANY, values.category),
    "subcategory": Kind(ANY, values.subcategory, _of),
    "lookup": Kind(ANY, values.lookup, _of),
    "constant": Kind(ANY, values.constant),
    "uniform": Kind(NUMBERS | MOMENTS, _range),
    **{kind: Kind(NUMBERS, numbers.continuous) for kind in numbers.CONTINUOUS},
    **{kind: Kind(NUMBERS, numbers.discrete) for kind in numbers.DISCRETE},
    "zipf": Kind(NUMBERS, numbers.ranked),
    "bernoulli": Kind(frozenset({"boolean"}), numbers.boolean),
    "datetime": Kind(MOMENTS, moments.moment),
    "timedelta": Kind(frozenset({"duration", "date", "datetime"}), durations.duration, _after),
    "sequence": Kind(frozenset({"integer", "string"}), identifiers.sequence),
    "uuid": Kind(TEXT, identifiers.uuid),
    "pattern": Kind(TEXT, patterns.pattern),
    "person": Kind(TEXT, people.person),
    "text": Kind(TEXT, texts.text),
    "expression": Kind(ANY, computed.expression),
    "time_series": Kind(NUMBERS, series.time_series),
    "aggregate": Kind(NUMBERS | MOMENTS | {"duration"}, aggregates.aggregate),
    "line_number": Kind(frozenset({"integer"}), fields.line_number),
}

BY_TYPE: dict[str, Builder] = {
    "string": texts.text,
    "integer": numbers.uniform,
    "number": numbers.uniform,
    "boolean": numbers.boolean,
    "date": moments.moment,
    "time": moments.moment,
    "datetime": moments.moment,
    "duration": durations.duration,
}

FORMATS: dict[str, Kind] = {
    "uuid": Kind(TEXT, identifiers.uuid),
    **{name: Kind(TEXT, people.person) for name in identities.FORMATS},
    **{name: Kind(TEXT, build) for name, build in formats.MAKERS.items()},
    **{name: Kind(TEXT | NUMBERS, formats.MAKERS[name]) for name in ("latitude", "longitude")},
}


def needs(field: FieldDefinition) -> tuple[str, ...]:
    """The fields of its row that this one is made from."""
    generator = field.generator
    if generator is None or generator.kind not in KINDS:
        return ()
    return KINDS[generator.kind].needs(generator)
