"""Which value of a model's pool a row has."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from .briefs import Brief
from .draws.blocks import Block, Maker
from .draws.cells import uniforms


def places(brief: Brief) -> Maker:
    """Where in its pool each row looks, as a share of the pool's length."""
    key = brief.key("value")

    def made(block: Block) -> pa.Array:
        return pa.array(uniforms(key, block.rows))

    return made


def taken(pool: pa.Array, at: pa.Array) -> pa.Array:
    """The values of the pool at these places."""
    indexes = pc.cast(pc.floor(pc.multiply(at, float(len(pool)))), pa.int64())
    return pool.take(pc.min_element_wise(indexes, len(pool) - 1, skip_nulls=False))
