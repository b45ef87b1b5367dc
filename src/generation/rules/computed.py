"""Builder of columns that scalar SQL computes from the rest of the row."""

from __future__ import annotations

import pyarrow as pa

from ..arrow_types import arrow_type
from ..briefs import Brief
from ..draws.blocks import Block, Maker
from ..expressions.compiling import Compiled, compile_expression
from ..expressions.kinds import kind_of
from ..refusals import Refused


def expression(brief: Brief) -> Maker:
    """Numbers rounded half up to the field's decimals; refused where the types do not fit."""
    if brief.unique:
        message = "what is computed from other fields cannot be promised to be unique"
        hint = "drop unique, or use sequence, uuid or pattern"
        raise Refused("constraints.unique", "unique_not_possible", message, hint)
    computed = compiled(brief, brief.generator.expr)
    kind = arrow_type(brief.field)

    def cells(block: Block) -> pa.Array:
        columns = {column: brief.names.fetch(block, column) for column in computed.needs}
        return computed.evaluate(columns, len(block.rows)).cast(kind)

    return cells


def compiled(brief: Brief, text: str) -> Compiled:
    """Raises: Refused."""
    found = compile_expression(text, brief.names.columns(), wanted=kind_of(brief.field))
    if isinstance(found, tuple):
        problem = found[0]
        hint = problem.hint or "write it as in SQL: price * quantity"
        raise Refused("generator.expr", problem.code, problem.message, hint)
    for column in found.needs:
        brief.names.resolve(column)
    return found
