"""How a field is made, in a few words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..core.models import FieldDefinition, TableDefinition

SHOWN = 5
PARTS = {
    "name": "full name",
    "given_name": "first name",
    "family_name": "last name",
    "email": "e-mail address",
    "user_name": "user name",
    "job_title": "job title",
}


def made_as(field: FieldDefinition, table: TableDefinition) -> str:
    """One line: who or what makes the cells, and what else is promised of them."""
    return " · ".join([_maker(field, table), *_promises(field, table)])


def typed(field: FieldDefinition) -> str:
    return f"{field.type} ({field.format})" if field.format else field.type


def _maker(field: FieldDefinition, table: TableDefinition) -> str:
    generator = field.generator
    if generator is not None:
        made, within = _KINDS.get(generator.kind, _named)(generator), _within(field)
        return made if made.endswith(within) else made + within
    for key in table.foreign_keys:
        if field.name in key.fields:
            return f"a key of {key.reference.table or table.name}"
    return _unmade(field)


def _unmade(field: FieldDefinition) -> str:
    """What stands for a field that names no maker."""
    constraints = field.constraints
    if constraints.enum:
        return f"one of {_values(constraints.enum)}"
    if constraints.pattern:
        return f"text like {constraints.pattern}"
    if field.format:
        return f"valid {field.format}"
    return (_DEFAULTS.get(field.type, field.type) + _within(field)).strip()


_DEFAULTS = {
    "string": "filler text",
    "boolean": "true or false",
    "integer": "evenly",
    "number": "evenly",
    "date": "a day",
    "datetime": "a moment",
    "time": "a time of day",
}


def _within(field: FieldDefinition) -> str:
    return _span(field.constraints.minimum, field.constraints.maximum)


def _span(low: Any, high: Any) -> str:
    if low is not None and high is not None:
        return f", {low} to {high}"
    if low is not None:
        return f", from {low}"
    return f", up to {high}" if high is not None else ""


def _promises(field: FieldDefinition, table: TableDefinition) -> Iterator[str]:
    if field.constraints.unique or table.primary_key == (field.name,):
        yield "unique"
    if field.null_when:
        yield f"empty when {field.null_when}"
    elif field.null_fraction or field.nullable:
        optional = max(
            (k.optional_fraction for k in table.foreign_keys if field.name in k.fields), default=0.0
        )
        yield f"{_percent(optional or field.null_fraction or 0.1)} empty"


def _values(values: Sequence[Any], weights: Sequence[float] | None = None) -> str:
    shares = [f" {_percent(weight / sum(weights))}" for weight in weights] if weights else None
    words = [str(value) + (shares[n] if shares else "") for n, value in enumerate(values[:SHOWN])]
    more = len(values) - SHOWN
    return ", ".join(words) + (f" and {more} more" if more > 0 else "")


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _category(generator: Any) -> str:
    exactly = "exactly " if generator.quota else ""
    return f"one of {exactly}{_values(generator.values, generator.weights)}"


def _sequence(generator: Any) -> str:
    if generator.template:
        return f"numbered, {generator.template}"
    ahead = ", ".join(str(generator.start + n * generator.step) for n in range(3))
    return f"{ahead} …"


def _person(generator: Any) -> str:
    whose = f"{generator.who}'s" if generator.who else "a person's"
    return f"{whose} {PARTS.get(generator.part, generator.part)}"


def _drawn(generator: Any) -> str:
    """A distribution with its parameters, in the schema's own words."""
    given = generator.model_dump(exclude_defaults=True)
    low, high = given.pop("truncate", None) or (None, None)
    shown = {name: value for name, value in given.items() if name not in ("kind", "decimal_places")}
    words = ", ".join(f"{name} {value:g}" for name, value in shown.items())
    return f"{generator.kind}, {words}".strip(", ") + _span(low, high)


def _named(generator: Any) -> str:
    return str(generator.kind).replace("_", " ")


_KINDS: Mapping[str, Callable[[Any], str]] = {
    "category": _category,
    "subcategory": lambda g: f"one that fits {g.of}",
    "uniform": lambda g: "evenly" + _span(g.minimum, g.maximum),
    "datetime": lambda g: "a moment" + _span(g.minimum, g.maximum),
    "timedelta": lambda g: (
        f"{g.minimum} to {g.maximum} {g.unit}" + (f" after {g.after}" if g.after else "")
    ),
    "bernoulli": lambda g: f"true in {_percent(g.p)}",
    "sequence": _sequence,
    "pattern": lambda g: f"text like {g.pattern}",
    "person": _person,
    "expression": lambda g: f"= {g.expr}",
    "aggregate": lambda g: f"= {g.expr}",
    "lookup": lambda g: f"looked up by {g.of}",
    "text": lambda g: f"filler text, {g.words[0]} to {g.words[1]} words",
    "llm_text": lambda g: "written by the model" + (f": {g.prompt}" if g.prompt else ""),
    "llm_pool": lambda g: f"one of {g.size} that the model writes",
    "constant": lambda g: f"always {g.value}",
    **dict.fromkeys(
        (
            "normal",
            "lognormal",
            "exponential",
            "gamma",
            "beta",
            "pareto",
            "zipf",
            "poisson",
            "binomial",
        ),
        _drawn,
    ),
}
