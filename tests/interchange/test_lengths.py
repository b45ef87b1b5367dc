"""What import believes of a maker's lengths is true of what the engine makes."""

from datetime import date

import pyarrow.compute as pc
import pytest

from src.core.parsing import parse_schema
from src.data import load_pools
from src.generation.compiling import compile_schema
from src.interchange.furnishing import LONGEST_PART

ROWS = 5000


@pytest.mark.parametrize("part", LONGEST_PART)
def test_no_part_of_a_person_is_longer_than_import_believes(part):
    field = {"name": "x", "generator": {"kind": "person", "part": part}}
    recipe = compile_schema(
        parse_schema({"name": "t", "fields": [field]}),
        rows={"t": ROWS},
        seed=7,
        as_of=date(2026, 1, 1),
        pools=load_pools(),
    )
    made = recipe.tables["t"].make(0, ROWS)["x"]
    assert pc.max(pc.utf8_length(made)).as_py() <= LONGEST_PART[part]
