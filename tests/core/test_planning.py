"""Which chunks there are and which are owed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.core.errors import InvalidArgument
from src.core.models import JobSpecification
from src.core.parsing import parse_schema
from src.core.planning import ChunkPlan

SCHEMA = parse_schema({"name": "t", "as_of": date(2026, 1, 1), "fields": [{"name": "a"}]})


def plan(*rows: int, chunk_size: int) -> ChunkPlan:
    spec = JobSpecification(
        schema=SCHEMA,
        rows=tuple((f"t{n}", count) for n, count in enumerate(rows)),
        seed=1,
        as_of="2026-01-01",
        engine="test",
        output_format="csv",
        chunk_size=chunk_size,
        storage="disk",
        generation="local",
    )
    return ChunkPlan("job_x", spec)


@given(
    rows=st.lists(st.integers(0, 50), min_size=1, max_size=5),
    chunk_size=st.integers(1, 60),
)
def test_every_row_of_every_table_is_in_exactly_one_chunk(rows, chunk_size):
    chunks = plan(*rows, chunk_size=chunk_size)
    seen = [
        (chunk.table, row)
        for chunk in map(chunks.chunk, range(chunks.count))
        for row in range(chunk.start, chunk.stop)
    ]
    assert seen == [(f"t{n}", row) for n, count in enumerate(rows) for row in range(count)]


@given(
    rows=st.lists(st.integers(0, 50), min_size=1, max_size=5),
    chunk_size=st.integers(1, 60),
)
def test_no_chunk_is_empty_or_larger_than_the_size(rows, chunk_size):
    chunks = plan(*rows, chunk_size=chunk_size)
    assert all(1 <= chunks.chunk(n).rows <= chunk_size for n in range(chunks.count))


def test_a_table_names_its_own_chunks():
    chunks = plan(10, 0, 25, chunk_size=10)
    assert [list(chunks.of_table(f"t{n}")) for n in range(3)] == [[0], [], [1, 2, 3]]


@pytest.mark.parametrize("index", [-1, 4, 10**9])
def test_a_chunk_that_is_not_planned_is_refused_with_the_range_there_is(index):
    with pytest.raises(InvalidArgument, match="chunks 0 to 3"):
        plan(10, 0, 25, chunk_size=10).chunk(index)


def test_owed_is_what_is_planned_and_not_stored_lowest_first():
    assert list(plan(50, chunk_size=10).owed({0, 3})) == [1, 2, 4]


def test_a_billion_rows_are_planned_without_a_list():
    chunks = plan(10**9, chunk_size=1)
    assert chunks.count == 10**9
    assert chunks.chunk(10**9 - 1).stop == 10**9
    assert next(chunks.owed({0})) == 1
