"""A key that goes up in equal steps is judged like any other."""

import tempfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.storage.judging.spill import Spill, Unique
from src.storage.judging.steps import Steps
from src.utils.findings import Piece

MOST = (1 << 63) - 1
CELLS = st.one_of(
    st.lists(st.one_of(st.none(), st.integers(-3, 3)), max_size=9),
    # Steps that go on, with a cell that may not fit at some place.
    st.tuples(
        st.integers(-9, 9), st.integers(1, 3), st.integers(0, 9), st.lists(st.integers(0, 30))
    ).map(lambda said: [said[0] + said[1] * n for n in range(said[2])] + said[3]),
)


def pieces(*cells, kind=None):
    kind, start = kind or pa.int64(), 0
    for some in cells:
        yield Piece(0, (pa.array(some, kind),), start, len(some))
        start += len(some)


def finding(folder, *cells, kind=None):
    fold = Unique(Spill(folder / "keys", 3))
    for piece in pieces(*cells, kind=kind):
        fold.feed(piece)
    return fold.finding()


@settings(deadline=None)
@given(cells=CELLS, cut=st.integers(0, 9))
def test_repeated_whole_numbers_are_counted_wherever_they_stand(cells, cut):
    with tempfile.TemporaryDirectory() as name:
        found = finding(Path(name), cells[:cut], cells[cut:])
    there = [cell for cell in cells if cell is not None]
    assert found.held == (len(there) == len(set(there)))
    assert f"{len(there):,}" in found.measured
    if not found.held:
        assert found.measured.startswith(f"{len(there) - len(set(there))} ")


def test_the_rows_of_a_repetition_are_named_though_the_first_was_not_written(tmp_path):
    found = finding(tmp_path, [10, 20, 30], [40, 20])
    assert found.examples == ("rows 1 and 4",)


def test_what_goes_up_in_equal_steps_writes_nothing(tmp_path):
    assert finding(tmp_path, [5], [6, 7], [], [8]).held
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "cells",
    [
        ([1, 1],),  # no step at all
        ([3, 2, 1],),
        ([1, 2], [4, 5]),
        ([1, 3, 2, 4],),
        ([1, 2], [3, None]),
        ([MOST - 1, MOST], [-MOST - 1]),  # as 64 bits go round
        ([-MOST - 1, MOST, -2],),  # their differences go round to the same step
    ],
)
def test_anything_else_is_not_taken_for_steps(cells):
    steps = Steps()
    assert not all(steps.take(piece) for piece in pieces(*cells))


def test_only_one_column_of_whole_numbers_is_taken():
    numbers, texts = pa.array([1, 2]), pa.array(["1", "2"])
    assert not Steps().take(Piece(0, (texts,), 0, 2))
    assert not Steps().take(Piece(0, (numbers, numbers), 0, 2))


def test_the_rows_come_back_in_pieces():
    steps = Steps()
    for piece in pieces([7, 10], [13]):
        assert steps.take(piece)
    (again,) = steps.pieces()
    assert (again.columns[0].to_pylist(), again.start, again.rows) == ([7, 10, 13], 0, 3)
