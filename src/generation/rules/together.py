"""Fields that are unique together: a permutation over the product of what each can hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

import pyarrow as pa
import pyarrow.compute as pc

from ...core import kinds
from ..briefs import Brief
from ..draws.arrays import chosen
from ..draws.blocks import Block, Maker
from ..draws.cells import Rows, below
from ..draws.permutations import Permutation
from ..makers.domains import LARGEST, Domain
from ..makers.values import listed_values
from ..refusals import Refused
from ..tables.bonds import bonds_of, is_unique_by_keys
from .axes import Axis
from .laws import Even
from .places import Continuum
from .site import Site


@dataclass(frozen=True, slots=True)
class Digit:
    """One field as a digit of the row's number: `size` values, each worth `worth`."""

    domain: Domain
    worth: int


def bind_unique_together(site: Site, rule: kinds.UniqueTogether, at: str) -> None:
    """Raises: Refused."""
    bind_unique(site, rule.fields, [f"{at}.fields[{n}]" for n in range(len(rule.fields))])


def bind_unique(site: Site, fields: tuple[str, ...], places: list[str]) -> None:
    """Raises: Refused."""
    briefs = [site.require(name, path) for name, path in zip(fields, places, strict=True)]
    if any(brief.unique for brief in briefs):
        return  # one of them alone tells rows apart
    bonds = bonds_of(site.names.schema, site.table)
    if is_unique_by_keys(site.table, bonds, frozenset(fields)):
        return
    rows = briefs[0].rows
    domains = [_domain(site, brief, path) for brief, path in zip(briefs, places, strict=True)]
    size = prod(domain.size for domain in domains)
    if size < rows:
        message = f"{rows:,} rows need different values, and only {size:,} combinations exist"
        hint = "make fewer rows, or widen what the fields can hold"
        raise Refused(places[0].rpartition("[")[0], "too_few_values", message, hint)
    _bind(site, fields, places, domains)


def _domain(site: Site, brief: Brief, at: str) -> Domain:
    """What a field can hold, each value alike."""
    name = brief.field.name
    axis = site.axes.get(name)
    if axis is not None and isinstance(axis.law, Even) and not isinstance(axis.places, Continuum):
        return Domain(axis.size, _cells_of(axis))
    listed = brief.generator is None and brief.constraints.enum is not None
    if listed or getattr(brief.generator, "kind", None) == "category":
        return _listed(brief, at)
    message = f"the values of {name!r} cannot be counted, or are not alike"
    hint = "use a range, or a category without weights; for keys of other tables say distinct"
    raise Refused(at, "not_constructible", message, hint)


def _cells_of(axis: Axis) -> Callable[[Rows], pa.Array]:
    return lambda indexes: axis.places.array(indexes + axis.low)


def _listed(brief: Brief, at: str) -> Domain:
    cells, weights = listed_values(brief)
    if len(set(weights)) > 1 or getattr(brief.generator, "quota", None) is not None:
        message = f"{brief.field.name!r} has shares of its own, and distinct rows cannot keep them"
        raise Refused(at, "rules_contradict", message, "drop the weights and the quota")
    distinct = pc.unique(cells)
    return Domain(len(distinct), lambda indexes: chosen(distinct, indexes))


def _bind(site: Site, fields: tuple[str, ...], places: list[str], domains: list[Domain]) -> None:
    """Where the product is too large to count, the fields beyond it are drawn freely."""
    key = site.briefs[fields[0]].shared_key("together", *fields)
    worth, digits = 1, []
    for name, path, domain in zip(fields, places, domains, strict=True):
        brief = site.claim(name, path)
        if worth * domain.size > LARGEST:
            site.makers[name] = _free(brief, domain)
        else:
            digits.append((name, Digit(domain, worth)))
            worth *= domain.size
    for name, digit in digits:
        site.makers[name] = _maker(digit, Permutation(key, worth), fields)


def _free(brief: Brief, domain: Domain) -> Maker:
    key = brief.key("value")
    return lambda block: domain.at(below(key, block.rows, domain.size))


def _maker(digit: Digit, order: Permutation, fields: tuple[str, ...]) -> Maker:
    def cells(block: Block) -> pa.Array:
        numbers: Rows = block.once(("together", *fields), lambda: order.forward(block.rows))
        return digit.domain.at(numbers // digit.worth % digit.domain.size)

    return cells
