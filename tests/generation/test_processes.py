"""Four processes that share the chunks between them make the bytes that one makes alone."""

from __future__ import annotations

import hashlib
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import pyarrow as pa

from src.generation.recipe import TableRecipe
from tests.rules import ruled
from tests.rules.test_every_rule import EXAMPLES

from .families import FAMILIES, compiled, schema_of
from .test_every_kind import COLOUR, DAY, EVERY_FIELD
from .worlds import table_of

ROWS, CHUNK, PROCESSES = 600, 97, 4


def everything() -> Iterator[tuple[str, TableRecipe]]:
    """Every kind, format, link, aggregate and rule that the other tests know an example of."""
    for example in EVERY_FIELD:
        yield f"kind {example.id}", table_of(COLOUR, DAY, example.values[0], rows=ROWS)
    for name, tables in FAMILIES.items():
        for table in compiled(schema_of(*tables)).tables.values():
            yield f"family {name} {table.name}", table
    for rule, examples in EXAMPLES.items():
        for number, (fields, rules) in enumerate(examples):
            yield f"rule {rule} {number}", ruled.table_of(fields, rules, rows=ROWS)


def fingerprints(share: int, of: int) -> dict[tuple[str, int], str]:
    """The hash of every chunk whose number belongs to this share, the last chunk first."""
    found = {}
    for name, table in everything():
        chunks = range(share, -(-table.row_count // CHUNK), of)
        for number in reversed(chunks):
            start = number * CHUNK
            found[name, number] = _hash(table.make(start, min(start + CHUNK, table.row_count)))
    return found


def _hash(table: pa.Table) -> str:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return hashlib.sha256(sink.getvalue()).hexdigest()


def test_four_processes_make_the_bytes_that_one_makes_alone():
    alone = fingerprints(0, 1)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=spawn) as pool:
        shares = [pool.submit(fingerprints, share, PROCESSES) for share in range(PROCESSES)]
        together = {key: value for share in shares for key, value in share.result().items()}
    assert together == alone
    assert len(alone) > 1000
