"""Which fields of a row follow from which, before any rule orders them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...core import kinds
from ...core.models import FieldDefinition, TableDefinition
from ..expressions.checking import columns_in
from ..expressions.syntax import Syntax
from ..refusals import Refused
from ..registry import needs
from ..routing import words_in
from .terms import parsed


def made_from(table: TableDefinition) -> dict[str, set[str]]:
    """The own fields that each field's generator and null_when look at."""
    return {field.name: set(_looked_at(field, table)) for field in table.fields}


def _looked_at(field: FieldDefinition, table: TableDefinition) -> Iterable[str]:
    yield from needs(field)
    texts = [field.null_when]
    if isinstance(field.generator, kinds.Expression):
        texts.append(field.generator.expr)
    for text in texts:
        if text is not None:
            try:
                yield from own_names(parsed(text, ""), table)
            except Refused:
                continue  # told where the field is built


def own_names(tree: Syntax, table: TableDefinition) -> set[str]:
    columns = columns_in(tree)
    return {one.name for one in columns if one.qualifier in (None, table.name)}


def closure(names: Iterable[str], graph: Mapping[str, set[str]]) -> set[str]:
    """The names, and all that they follow from."""
    found, waiting = set[str](), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += graph.get(name, set())
    return found


def sets_values(table: TableDefinition, name: str) -> bool:
    """Whether a rule of a table may give a field values that its generator does not make."""
    setting = (kinds.Implies, kinds.ExpressionRule, kinds.FixedCombinations, kinds.SumTo)
    said = [rule.document() for rule in table.rules if isinstance(rule, setting)]
    return any(name in words_in(one) for one in said)
